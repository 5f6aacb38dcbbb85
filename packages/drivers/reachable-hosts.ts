/** This host's own routes: BGP with BFD takes the way to a silent host within 150 ms. Pure. */
import type { RouteHave } from "@netwright/contract";

/** Every route of this network namespace (net/ipv6/route.c, rt6_info_route). */
export const routesPath = "/proc/self/net/ipv6_route";

/** RTF_UP and RTF_REJECT (linux/route.h). */
const flags = { up: 0x1, reject: 0x200 };

/** `DESTINATION LENGTH SOURCE LENGTH GATEWAY METRIC REFERENCES USE FLAGS DEVICE`, all in hexadecimal. */
export function parseRoutes(text: string): readonly RouteHave[] {
  return text.split("\n").flatMap((line) => {
    const [destination = "", length = "", , , , , , , bits = ""] = line.trim().split(/\s+/);
    if (destination.length !== 32) return [];
    const set = parseInt(bits, 16);
    const usable = (set & flags.up) !== 0 && (set & flags.reject) === 0;
    return [{ first: BigInt(`0x${destination}`), length: parseInt(length, 16), usable }];
  });
}
