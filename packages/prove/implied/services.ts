/** What every service implies: only neighbours talk, HTTPS comes by the proxy, and what should connect does. */
import { objectName, type Service } from "@netwright/api";
import { pointKey } from "../classes/arrivals.ts";
import type { Edge } from "../classes/edge.ts";
import { serviceKey, type TierEnd } from "../classes/ends.ts";
import { keyOf } from "../clauses/catalogue.ts";
import { isHttps, tierOf } from "../clauses/declared-ports.ts";
import { flaw, holds, missed, reached, type Flaw, type Judgement } from "../clauses/judgement.ts";
import type { View } from "../clauses/view.ts";
import { isDeclared, isExpectedInside, isExpectedOut, isExpectedPublic, isRule } from "./expected.ts";

type Verdict = Judgement | Flaw;

/** Tiers of the service, those that it had among them. */
function tiersOf(view: View, service: Service): readonly TierEnd[] {
  const key = keyOf(service);
  view.service(key);
  const all = view.catalogue.ofService(key);
  for (const end of all) view.networks(end);
  return all;
}

/** Whatever gets through is meant by a manifest: one that no manifest means is shown. */
export function judgeChain(view: View, service: Service): Verdict {
  let drains = false;
  for (const end of tiersOf(view, service)) {
    for (const edge of [...view.inside(end), ...view.public(end), ...view.egress(end)]) {
      if (edge.may === undefined || isExpected(view, service, edge)) continue;
      if (!drainsIn(view, edge)) return reached(edge, edge.may, "without a manifest that says so");
      drains = true;
    }
  }
  return holds("established", ...(drains ? (["former"] as const) : []));
}

function isExpected(view: View, service: Service, edge: Edge): boolean {
  const own = edge.egress === undefined ? edge.to : edge.from;
  if (own.kind === "Internet" || !isDeclared(service, own)) return false;
  if (edge.egress !== undefined) return isExpectedOut(service, edge);
  return edge.listener === undefined ? isExpectedInside(view, service, edge) : isExpectedPublic(view, service, edge);
}

/** What a service was, or is no more: inside itself and with the outside that it had. */
function drainsIn(view: View, { from, to }: Edge): boolean {
  const tiers = [from, to].filter((end): end is TierEnd => end.kind === "Tier");
  const [one] = tiers;
  return (
    tiers.every((end) => one !== undefined && serviceKey(end) === serviceKey(one)) &&
    tiers.some((end) => !isDeclared(view.service(serviceKey(end)), end))
  );
}

/** No packet from outside gets to a tier behind the proxy, but by a listener of its own. */
export function judgeWaypoints(view: View, service: Service): Verdict {
  for (const end of tiersOf(view, service)) {
    if (end.tier === "proxy" || service.spec.expose.some((each) => tierOf(each) === end.tier)) continue;
    const edge = view.public(end).find(({ may }) => may !== undefined);
    if (edge?.may !== undefined) return reached(edge, edge.may, "not through its proxy");
  }
  return holds("established");
}

export const hasProxy = ({ spec }: Service): boolean => spec.expose.some(isHttps);

/** What gets through anywhere does everywhere: a rule stands on both sides, and each member gets what is sent to it. */
export function judgeBlackHole(view: View, service: Service): Verdict {
  for (const end of tiersOf(view, service)) {
    const lame = view.inside(end).find(({ fails }) => fails !== undefined);
    if (lame?.fails !== undefined) return missed(lame, lame.fails);
  }
  for (const point of view.pointsOf({ project: service.metadata.project, service: service.metadata.name })) {
    view.at(point);
    const arrivals = view.graph.arrivals(pointKey(point));
    const waiting = view.graph.standing(pointKey(point)).find(({ listener }) => listener.members.length > 0)?.listener;
    // Where no router of others is known, how packets from outside come in is not either.
    if (arrivals.length === 0 && waiting !== undefined && view.graph.routes.hasForeign)
      return flaw(`nobody announces ${point.vip}, where members of ${waiting.service} wait`, waiting.origin);
    for (const { node, local, listener, member, delivered, isSure } of arrivals) {
      view.meter.spend(1);
      if (delivered !== undefined || !isSure) continue;
      const { vip, protocol, port } = point;
      if (listener === undefined)
        return flaw(`${node} announces ${vip} and has no listener at ${protocol} port ${port}`);
      // Without members it refuses by design.
      if (member !== undefined && local !== undefined)
        return flaw(
          `${node} sends connections to [${vip}]:${port} to ${member.instance}, which gets none of them`,
          listener.origin,
        );
    }
  }
  return judgeEgress(view, service) ?? judgeNeighbours(view, service);
}

/** What may leave from one host may from all. */
function judgeEgress(view: View, service: Service): Verdict | undefined {
  for (const end of tiersOf(view, service)) {
    const rules = (service.spec.egress ?? []).filter(({ from }) => from === end.tier);
    if (!isDeclared(service, end) || rules.length === 0 || view.cells(end).length === 0) continue;
    const edges = view.egress(end);
    const lame = edges.find((edge) => isExpectedOut(service, edge) && edge.fails !== undefined);
    if (lame?.fails !== undefined) return missed(lame, lame.fails);
    const gone = rules.find((rule) => !edges.some((edge) => isRule(rule, edge)));
    if (gone !== undefined)
      return flaw(
        `no rule lets ${end.service}/${end.tier} reach ${gone.to} at port ${gone.port}, which ${objectName(service)} asks for`,
      );
  }
  return undefined;
}

/** Flows that the manifest asks for are there, where there is somebody on both ends. */
function judgeNeighbours(view: View, service: Service): Verdict {
  for (const { from, to, port, protocol } of neighbours(view, service)) {
    if (view.cells(from).length === 0 || view.cells(to).length === 0) continue;
    const edge = view
      .inside(to)
      .find((each) => each.from.key === from.key && each.port === port && each.protocol === protocol);
    const isAlone =
      from.key === to.key &&
      view.cells(to).every(({ instances }) => instances.length === 1) &&
      view.cells(to).length === 1;
    if (edge === undefined && !isAlone)
      return flaw(
        `no rule lets ${from.service}/${from.tier} reach ${to.service}/${to.tier} at ${protocol} port ${port}, which ${objectName(service)} asks for`,
      );
  }
  return holds();
}

interface Wanted {
  readonly from: TierEnd;
  readonly to: TierEnd;
  readonly protocol: string;
  readonly port: number;
}

function neighbours(view: View, service: Service): readonly Wanted[] {
  const declared = tiersOf(view, service).filter((end) => isDeclared(service, end));
  const byName = new Map(declared.map((end) => [end.tier, end]));
  const found: Wanted[] = [];
  const chain = declaredInOrder(service).flatMap((name) => byName.get(name) ?? []);
  for (const [index, to] of chain.slice(1).entries()) {
    const [from, port] = [chain[index], portOf(service, to.tier)];
    if (from !== undefined && port !== undefined) found.push({ from, to, protocol: "tcp", port });
  }
  for (const rule of service.spec.allow) {
    const to = byName.get(rule.to);
    const of = view.catalogue.ofService(serviceKey({ project: rule.from.project, service: rule.from.service }));
    const from = of.find(
      (end) =>
        end.tier === rule.from.tier && end.network === service.spec.network && end.project === service.metadata.project,
    );
    if (from !== undefined && to !== undefined)
      found.push({ from, to, protocol: rule.protocol.toLowerCase(), port: rule.port });
  }
  return found;
}

function declaredInOrder(service: Service): readonly string[] {
  return [
    ...(hasProxy(service) ? ["proxy"] : []),
    ...service.spec.tiers.filter((tier) => "workload" in tier).map(({ name }) => name),
  ];
}

function portOf({ spec }: Service, tier: string): number | undefined {
  const found = spec.tiers.find(({ name }) => name === tier);
  return found !== undefined && "workload" in found ? found.workload.port : undefined;
}
