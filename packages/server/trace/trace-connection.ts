/** Follows one connection through the states, and looks at every node on its way as it is now. */
import type { ConnectionTrace, NodeObservation, TraceHop } from "@netwright/api";
import { messageOf } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import type { Packet } from "@netwright/model";
import type { ServerContext } from "../routes/context.ts";
import { answeredIn } from "./answered.ts";
import { alternativeFindings, findingsAt, upstreamFindings, type NodeFacts } from "./findings.ts";
import { servingFindings, switchingAt } from "./serving.ts";
import { nodeOf, walkConnection, type Leg } from "./walk.ts";

export async function traceConnection(
  context: ServerContext,
  packet: Packet,
  signal: AbortSignal,
): Promise<ConnectionTrace> {
  const states = [...context.states.all().values()].map(({ state }) => state);
  const legs = walkConnection(states, packet, answeredIn(context.reports));
  const nodes = new Set(legs.flatMap(({ trace }) => trace.hops.flatMap((hop) => nodeOf(hop, states) ?? [])));
  const facts = await lookAt(
    context,
    states.filter(({ node }) => nodes.has(node)),
    packet,
    signal,
  );
  const hops = legs.flatMap((leg, index) => leg.trace.hops.map((hop) => hopOf(hop, leg, index === 0, states, facts)));
  return verdictOf(context, packet, legs, { hops, own: hops.filter((hop) => nodeOf(hop, states) !== undefined) });
}

async function lookAt(
  { requests, reports }: ServerContext,
  states: readonly HostState[],
  { destination }: Packet,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NodeFacts>> {
  const entries = states.map(async (state) => {
    const observation = await requests
      .ask(state.node, { kind: "Observe", destination }, signal)
      .then(readObservation)
      .catch((error: unknown) => messageOf(error));
    return [state.node, { state, observation, report: reports.get(state.node)?.report }] as const;
  });
  return new Map(await Promise.all(entries));
}

/** The agent answers with one chunk of JSON, as a stream of output. */
async function readObservation(output: ReadableStream<Uint8Array>): Promise<NodeObservation | string> {
  let data = "";
  for (const line of (await new Response(output).text()).split("\n").filter((text) => text !== "")) {
    const chunk = JSON.parse(line) as { readonly stream: string; readonly data?: string; readonly message?: string };
    if (chunk.stream === "error") return chunk.message ?? "its agent could not look";
    data += Buffer.from(chunk.data ?? "", "base64").toString();
  }
  return JSON.parse(data) as NodeObservation;
}

function hopOf(
  hop: Leg["trace"]["hops"][number],
  { destination }: Leg,
  routed: boolean,
  states: readonly HostState[],
  facts: ReadonlyMap<string, NodeFacts>,
): TraceHop {
  const known = facts.get(nodeOf(hop, states) ?? "");
  if (known === undefined) return { ...hop, findings: upstreamFindings(hop, facts.values()) };
  return { ...hop, findings: [...alternativeFindings(hop), ...findingsAt(hop, known, routed ? destination : null)] };
}

function verdictOf(
  context: ServerContext,
  packet: Packet,
  legs: readonly Leg[],
  { hops, own }: { readonly hops: readonly TraceHop[]; readonly own: readonly TraceHop[] },
): ConnectionTrace {
  const last = legs.at(-1)?.trace;
  if (last === undefined) throw new RangeError("Invariant: a connection has a first leg");
  if (last.verdict === "Dropped") {
    const serving = servingFindings(context, packet.destination);
    const more: readonly TraceHop[] = serving === undefined ? [] : [serving];
    const why = serving?.findings[0];
    return {
      verdict: "Dropped",
      hops: [...hops, ...more],
      reason: why === undefined ? last.reason : `${last.reason}: ${why}`,
    };
  }
  // What routers of others lack mostly follows from what is wrong at our own.
  const broken = [...own, ...hops].find(({ findings }) => findings.length > 0);
  if (broken !== undefined) return { verdict: "Broken", hops, reason: `${broken.place}: ${broken.findings[0]}` };
  const switching = switchingAt(context, packet.destination);
  const reason = switching === undefined ? last.reason : `${last.reason}; ${switching}`;
  return { verdict: "Delivered", hops, reason };
}
