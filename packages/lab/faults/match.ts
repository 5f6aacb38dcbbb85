/** Conditions of `match` as nftables writes them. Pure. */
import { isAddressText } from "@netwright/api";
import type { FrameMatch } from "@netwright/api";

/** Addresses of a node by its name. */
export type AddressesOf = (node: string) => readonly string[];

/** Types of neighbour discovery (RFC 4861 section 4). */
const discovery = "133-137";

/** Each is one rule's condition; a frame matches when one of them holds. */
export function conditionsOf(match: FrameMatch | undefined, addressesOf: AddressesOf): readonly string[] {
  if (match === undefined) return [""];
  if (match.protocol === "arp-nd") return ["ether type arp", `icmpv6 type { ${discovery} }`];
  const [sources, targets] = [parties(match.from, "saddr", addressesOf), parties(match.to, "daddr", addressesOf)];
  const addresses = sources.flatMap((source) =>
    targets.flatMap((target) =>
      // An IPv4 header has no IPv6 address.
      source !== "" && target !== "" && source.split(" ")[0] !== target.split(" ")[0]
        ? []
        : [`${source} ${target}`.trim()],
    ),
  );
  const ports = match.port === undefined ? [""] : [`th sport ${match.port}`, `th dport ${match.port}`];
  return addresses.flatMap((address) =>
    protocols(match).flatMap((protocol) =>
      ports.map((port) => [address, protocol, port].filter((part) => part !== "").join(" ")),
    ),
  );
}

/** An address of the other family beside it makes a rule that never holds, and no harm. */
function protocols({ protocol, port }: FrameMatch): readonly string[] {
  if (protocol === "icmp") return ["meta l4proto icmp", `icmpv6 type != { ${discovery} }`];
  if (protocol !== undefined) return [`meta l4proto ${protocol}`];
  return [port === undefined ? "" : "meta l4proto { tcp, udp }"];
}

function parties(party: string | undefined, field: "saddr" | "daddr", addressesOf: AddressesOf): readonly string[] {
  if (party === undefined) return [""];
  const addresses = isAddressText(party) ? [party] : addressesOf(party);
  const families = [
    ["ip6", addresses.filter((address) => address.includes(":"))],
    ["ip", addresses.filter((address) => !address.includes(":"))],
  ] as const;
  return families.flatMap(([family, own]) => (own.length === 0 ? [] : [`${family} ${field} { ${own.join(", ")} }`]));
}
