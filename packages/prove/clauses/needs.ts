/** What `canReach` asks for, as single connections. */
import type { CanReach, PortInterval } from "@netwright/api";
import { internet as allInternet, type IpPrefix, type Ipv6Prefix } from "@netwright/base";
import { internetEnd, networkKey, serviceKey, type End, type TierEnd } from "../classes/ends.ts";
import { insidePorts, publicPorts, type Port } from "./declared-ports.ts";
import { isOutside, type Selection } from "./select.ts";
import type { View } from "./view.ts";

export type Need =
  /** Over the network of both. */
  | { readonly kind: "Inside"; readonly from: TierEnd; readonly to: TierEnd; readonly at: Port }
  /** Over the public address of the service; whoever gets it there must be one of these. */
  | {
      readonly kind: "Public";
      readonly from: End;
      readonly service: TierEnd;
      readonly to: ReadonlyMap<string, TierEnd>;
      readonly at: Port;
    }
  /** To addresses outside. */
  | { readonly kind: "Outside"; readonly from: TierEnd; readonly to: Ipv6Prefix; readonly at: Port }
  /** Nothing is there that could be reached. */
  | { readonly kind: "Nothing"; readonly from: End; readonly to: End; readonly why: string };

export function* needsOf(view: View, clause: CanReach, from: readonly End[], to: Selection): Generator<Need> {
  for (const sender of from) {
    yield* needsInside(view, clause, sender, to);
    yield* needsPublic(view, clause, sender, to);
    if (sender.kind === "Tier") yield* needsOutside(clause, sender, to);
  }
}

/** Both ends of what a selection says; addresses outside are one end. */
export const endsOf = (selection: Selection): readonly End[] => [
  ...(isOutside(selection) ? [internetEnd] : []),
  ...selection.tiers.values(),
];

const isNear = (from: End, to: TierEnd): from is TierEnd => from.kind === "Tier" && networkKey(from) === networkKey(to);

function* needsInside(view: View, clause: CanReach, from: End, { tiers }: Selection): Generator<Need> {
  for (const to of tiers.values()) {
    if (!isNear(from, to) || from.key === to.key) continue;
    const ports = portsOf(clause, () => {
      const service = view.service(serviceKey(to));
      return service === undefined ? [] : insidePorts(service, to.tier);
    });
    if (ports.length === 0) yield { kind: "Nothing", from, to, why: nothingThere(clause, "listens on no port") };
    for (const at of ports) yield { kind: "Inside", from, to, at };
  }
}

/** From another network: each tier that is named, and of each other service what it has. */
function* needsPublic(view: View, clause: CanReach, from: End, { tiers, named }: Selection): Generator<Need> {
  const groups = new Map<string, Map<string, TierEnd>>();
  for (const to of tiers.values()) {
    if (isNear(from, to)) continue;
    const key = named.has(to.key) ? to.key : serviceKey(to);
    groups.set(key, (groups.get(key) ?? new Map<string, TierEnd>()).set(to.key, to));
  }
  for (const to of groups.values()) {
    const service = [...to.values()][0] as TierEnd;
    const ports = portsOf(clause, () => {
      const object = view.service(serviceKey(service));
      return object === undefined ? [] : [...to.values()].flatMap(({ tier }) => publicPorts(object, tier));
    });
    if (ports.length === 0) yield { kind: "Nothing", from, to: service, why: nothingThere(clause, "has no listener") };
    for (const at of ports) yield { kind: "Public", from, service, to, at };
  }
}

const isIpv6 = (prefix: IpPrefix): prefix is IpPrefix & Ipv6Prefix => prefix.includes(":");

const nothingThere = ({ protocols }: CanReach, what: string): string =>
  `${what} for ${protocols.map((each) => each.toUpperCase()).join(" and ")}`;

function* needsOutside(clause: CanReach, from: TierEnd, { internet, cidrs }: Selection): Generator<Need> {
  const targets = [...(internet ? [allInternet] : []), ...cidrs.filter(isIpv6)];
  for (const to of targets) for (const at of portsOf(clause, () => [])) yield { kind: "Outside", from, to, at };
}

/** As written, or else as the target has them. ICMP has no ports, and no rule lets it pass: see `findings.ts`. */
function portsOf({ ports, protocols }: CanReach, otherwise: () => readonly Port[]): readonly Port[] {
  const wanted = protocols.filter((each) => each !== "icmp");
  if (ports.length === 0) return distinct(otherwise().filter(({ protocol }) => wanted.includes(protocol)));
  return wanted.flatMap((protocol) => ports.flatMap((interval) => each(interval).map((port) => ({ protocol, port }))));
}

const each = ({ first, last }: PortInterval): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const distinct = (ports: readonly Port[]): readonly Port[] => [
  ...new Map(ports.map((port) => [`${port.protocol} ${port.port}`, port])).values(),
];
