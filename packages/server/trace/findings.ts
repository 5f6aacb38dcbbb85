/** What is wrong at one hop right now, from a fresh look of its node and from what was reported. Pure. */
import type { NodeObservation } from "@netwright/api";
import type { HostState, NodeReport } from "@netwright/contract";
import type { Hop } from "@netwright/model";

export interface NodeFacts {
  readonly state: HostState;
  /** Undefined until the agent has reported. */
  readonly report: NodeReport | undefined;
  /** A text says why there is none. */
  readonly observation: NodeObservation | string;
}

/** @param destination that the node routes on this leg; null where tenant addresses are none of its business. */
export function findingsAt(
  hop: Hop,
  { state, report, observation }: NodeFacts,
  destination: string | null,
): readonly string[] {
  if (typeof observation === "string") return [observation];
  const [node = "", network] = hop.place.split(" ");
  if (node !== state.node) return instanceFindings(node, observation, report);
  const namespace = network === undefined ? undefined : `nwn-${network}`;
  const slots = slotsOf(hop);
  const problems = observation.problems
    .filter(({ message }) => (namespace === undefined ? !/\bnw[nw]-/.test(message) : message.includes(namespace)))
    .filter(({ slot }) => slots.includes(slot))
    .map(({ slot, message }) => `${slot}: ${message}`);
  if (namespace !== undefined) return problems;
  return [...problems, ...sessionFindings(state, report), ...routeFindings(hop, observation, destination)];
}

/** A way of equal cost that ends there: some connections are lost. */
export const alternativeFindings = ({ step, detail, insteadOf }: Hop): readonly string[] =>
  step === "drop" && insteadOf !== undefined ? [`drops it: ${detail}`] : [];

/** At a router of others: managed routers with a session to it that do not tell it the route. */
export function upstreamFindings({ place, step }: Hop, facts: Iterable<NodeFacts>): readonly string[] {
  const pool = /^route (\S+)$/.exec(step)?.[1];
  return [...facts]
    .filter(({ state }) => state.bgp.neighbors.some(({ name, role }) => name === place && role === "Upstream"))
    .filter(
      ({ report }) => !report?.announced.some(({ prefix, neighbors }) => prefix === pool && neighbors.includes(place)),
    )
    .map(({ state }) => `bgp: ${state.node} does not announce ${pool} to it`);
}

/** What the decision of a hop rests on: the balancer's table where a member is chosen, the firewall's elsewhere. */
const slotsOf = ({ step }: Hop): readonly string[] =>
  step.startsWith("load balancer") ? ["links", "loadBalancer"] : ["links", "firewall", "bgp"];

function instanceFindings(
  id: string,
  { problems }: NodeObservation,
  report: NodeReport | undefined,
): readonly string[] {
  const drift = problems.filter(
    ({ slot, message }) => (slot === "runtime" || slot === "proxy") && message.includes(id),
  );
  const seen = report?.instances.find((instance) => instance.id === id);
  const state = seen === undefined || seen.phase === "Ready" ? [] : [`${seen.phase}: ${seen.reason}: ${seen.message}`];
  return [...drift.map(({ slot, message }) => `${slot}: ${message}`), ...state];
}

function sessionFindings({ bgp }: HostState, report: NodeReport | undefined): readonly string[] {
  return bgp.neighbors.flatMap(({ name }) => {
    const session = report?.sessions.find(({ neighbor }) => neighbor === name);
    const why = session?.problem === undefined ? "" : `: ${session.problem}`;
    if (session?.state !== "Established") return [`bgp: no session with ${name}${why}`];
    return why === "" ? [] : [`bgp: ${name}${why}`];
  });
}

/** A default route or an unreachable one is not a way to a service; away from a host the default route is the way. */
function routeFindings({ step }: Hop, { route }: NodeObservation, destination: string | null): readonly string[] {
  if ((step === "leaves the site" || step === "leaves the host") && route !== null && !route.startsWith("unreachable"))
    return [];
  if (destination === null || route?.startsWith(`${destination} `) === true) return [];
  return [
    `route: none to ${destination}${route === null ? "" : `, only ${route.split(/\s+(?:dev|proto|metric)\b/)[0]}`}`,
  ];
}
