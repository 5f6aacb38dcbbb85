/** What a node originates, and the included file that says so to BIRD. Pure. */
import { ipv6Number, prefixContains, prefixParts, type Ipv6Prefix } from "@netwright/base";
import type { BgpState } from "@netwright/contract";
import { anchorOf, firstAddress } from "./prefix-set.ts";

export interface Services {
  /** Service addresses. The way to them inside this node is another driver's, so they are not put in the kernel. */
  readonly announce: readonly Ipv6Prefix[];
  /** Anchors that are no service themselves. Nothing answers there, so the kernel gets them as unreachable. */
  readonly anchors: readonly Ipv6Prefix[];
}

export const noServices: Services = { announce: [], anchors: [] };

export function servicesOf(bgp: Pick<BgpState, "announce" | "pools">): Services {
  const announce = sorted(bgp.announce);
  const used = bgp.pools.filter((pool) => announce.some((prefix) => prefixContains(pool, firstAddress(prefix))));
  return { announce, anchors: sorted(used.map(anchorOf).filter((anchor) => !announce.includes(anchor))) };
}

/** What both have: the state after everything was withdrawn that has to go. */
export function common(a: Services, b: Services): Services {
  return {
    announce: a.announce.filter((prefix) => b.announce.includes(prefix)),
    anchors: a.anchors.filter((prefix) => b.anchors.includes(prefix)),
  };
}

export function sameServices(a: Services, b: Services): boolean {
  return renderServices(a) === renderServices(b);
}

/** Both protocols stand in the included file, so that one rename changes all that the node originates. */
export function renderServices(services: Services): string {
  return [staticProtocol("services", services.announce), staticProtocol("anchors", services.anchors)].join("\n");
}

function staticProtocol(name: string, prefixes: readonly Ipv6Prefix[]): string {
  const routes = prefixes.map((prefix) => `  route ${prefix} unreachable;\n`).join("");
  return `protocol static ${name} {\n  ipv6;\n${routes}}\n`;
}

/** By number, each once. */
export function sorted(prefixes: readonly Ipv6Prefix[]): readonly Ipv6Prefix[] {
  return [...new Set(prefixes)].toSorted(order);
}

function order(a: Ipv6Prefix, b: Ipv6Prefix): number {
  const difference = ipv6Number(firstAddress(a)) - ipv6Number(firstAddress(b));
  return Number(difference > 0n) - Number(difference < 0n) || prefixParts(a).length - prefixParts(b).length;
}
