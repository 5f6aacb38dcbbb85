/** What a service's manifest lets connect, read from the object alone: what compiling makes of it is judged by this. */
import { isWorkloadTier, serviceChain, type Service } from "@netwright/api";
import type { Edge } from "../classes/edge.ts";
import { serviceKey, type TierEnd } from "../classes/ends.ts";
import { isHttps, protocolOf, tierOf } from "../clauses/declared-ports.ts";
import { keyOf } from "../clauses/catalogue.ts";
import type { View } from "../clauses/view.ts";

/** Tiers with addresses, in the order in which a request passes them. */
export const addressedTiers = (service: Service): readonly string[] =>
  serviceChain(service)
    .filter(({ role }) => role !== "LoadBalancer")
    .map(({ name }) => name);

/** A tier that the service has now, where it has it now. */
export function isDeclared(service: Service | undefined, end: TierEnd): boolean {
  return service !== undefined && service.spec.network === end.network && addressedTiers(service).includes(end.tier);
}

/** Neighbours of the chain at ports that the tier listens on, and what `allow` says. */
export function isExpectedInside(view: View, service: Service, { from, to, protocol, port }: Edge): boolean {
  if (from.kind === "Internet" || to.kind === "Internet") return false;
  const tiers = addressedTiers(service);
  const isOwn = serviceKey(from) === keyOf(service);
  const before = tiers[tiers.indexOf(to.tier) - 1];
  if (isOwn && before === from.tier && protocol === "tcp" && portsOf(view, service, to).has(port)) return true;
  return service.spec.allow.some(
    (rule) =>
      rule.to === to.tier &&
      rule.port === port &&
      rule.protocol.toLowerCase() === protocol &&
      rule.from.tier === from.tier &&
      serviceKey({ project: rule.from.project, service: rule.from.service }) === serviceKey(from),
  );
}

/** While a workload is replaced, instances with the old port and with the new one serve side by side. */
function portsOf(view: View, { spec }: Service, to: TierEnd): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const tier of spec.tiers) if (tier.name === to.tier && isWorkloadTier(tier)) ports.add(tier.workload.port);
  for (const { instances } of view.cells(to))
    for (const instance of instances)
      for (const { protocol, port } of instance.ports) if (protocol === "tcp") ports.add(port);
  return ports;
}

/** Listeners, and port 80 where proxies answer there with a redirect or what certificate authorities ask for. */
export function isExpectedPublic(view: View, service: Service, { to, protocol, port, listener }: Edge): boolean {
  const { spec } = service;
  if (to.kind === "Internet" || listener === undefined || serviceKey(listener.service) !== keyOf(service)) return false;
  if (spec.expose.some((each) => each.port === port && protocolOf(each) === protocol && tierOf(each) === to.tier))
    return true;
  if (to.tier !== "proxy" || protocol !== "tcp" || port !== 80 || !spec.expose.some(isHttps)) return false;
  return (
    spec.expose.some((each) => isHttps(each) && each.redirectHttp) ||
    view
      .cells(to)
      .some(({ instances }) =>
        instances.some(({ run }) => run.kind === "Proxy" && run.listeners.some((each) => each.port === 80)),
      )
  );
}

export const isExpectedOut = ({ spec }: Service, edge: Edge): boolean => {
  const { from } = edge;
  return from.kind === "Tier" && (spec.egress ?? []).some((rule) => rule.from === from.tier && isRule(rule, edge));
};

type EgressRule = Pick<NonNullable<Service["spec"]["egress"]>[number], "to" | "port" | "protocol">;

export const isRule = (rule: EgressRule, { egress, protocol, port }: Edge): boolean =>
  rule.to === egress && rule.port === port && rule.protocol.toLowerCase() === protocol;
