/** `show route` in its forms. Pure. */
import { formatPrefix, ipv6Value, type Ipv6Prefix } from "@netwright/base";
import { textsOf, type Reply } from "./birdc.ts";

export interface BirdRoute {
  readonly prefix: Ipv6Prefix;
  /** Protocol that it came from. */
  readonly protocol: string;
}

/** One per route: several for a prefix that came from several protocols. Lines it does not know are skipped. */
export function parseRoutes(reply: Reply): readonly BirdRoute[] {
  const routes: BirdRoute[] = [];
  let prefix: Ipv6Prefix | undefined;
  for (const line of textsOf(reply, 1007)) {
    const [, first, protocol] = /^(\S*)\s+\S+ \[(\S+)[^\]]*\]/.exec(line) ?? [];
    if (protocol === undefined) continue;
    // Further routes to the same prefix stand below the first with the prefix left out.
    if (first !== "") prefix = prefixOf(first ?? "");
    if (prefix !== undefined) routes.push({ prefix, protocol });
  }
  return routes;
}

/** Undefined when the text is no prefix. */
export function prefixOf(text: string): Ipv6Prefix | undefined {
  const [, address, length] = /^(\S+)\/(\d{1,3})$/.exec(text) ?? [];
  const first = ipv6Value(address ?? "");
  return first === undefined || Number(length) > 128 ? undefined : formatPrefix({ first, length: Number(length) });
}
