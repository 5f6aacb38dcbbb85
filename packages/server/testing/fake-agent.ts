/** Plays the agent of one node: takes its states and reports that everything asked for is there. */
import type { AgentRequest, Client, NodeObservation, OutputChunk } from "@netwright/api";
import { systemClock } from "@netwright/base/node-clock.ts";
import type { HostState, InstanceReport, NodeReport, ProbeResult } from "@netwright/contract";

export interface FakeAgent {
  /** Every state that it was given, in order. */
  readonly states: { readonly revision: number; readonly state: HostState }[];
  /** Changes what the next reports say, and reports. */
  say(change: Partial<NodeReport>): Promise<void>;
  /** What it finds when it is asked to look, beside the route that it is asked for. */
  find(problems: NodeObservation["problems"]): void;
  /** What becomes of connections that it is asked to try; without it they are not tried. */
  meet(answer: Meeting): void;
  stop(): void;
}

type ProbesAsked = AgentRequest & { readonly kind: "Probe" };
export type Meeting = (from: ProbesAsked["from"], probe: ProbesAsked["probes"][number]) => ProbeResult["outcome"];

export function startFakeAgent(client: Client, node: string): FakeAgent {
  const stop = new AbortController();
  const states: FakeAgent["states"] = [];
  let said: Partial<NodeReport> = {};
  const report = async (): Promise<void> => {
    const last = states.at(-1);
    if (last !== undefined && !stop.signal.aborted)
      await client.nodes.report(node, { ...reportOf(last.revision, last.state), ...said });
  };
  const run = async (): Promise<void> => {
    for await (const state of client.nodes.watchState<HostState>(node, 0, stop.signal)) {
      states.push(state);
      await report();
    }
  };
  run().catch((failure: unknown) => {
    if (!stop.signal.aborted) console.error(`fake agent of ${node}`, failure);
  });
  let found: NodeObservation["problems"] = [];
  let meeting: Meeting | undefined;
  const answer = async (): Promise<void> => {
    for await (const request of client.nodes.requests(node, stop.signal)) {
      if (request.kind === "Observe")
        await client.nodes.sendOutput(node, request.id, observation(request, found), stop.signal);
      if (request.kind === "Probe" && meeting !== undefined)
        await client.nodes.sendOutput(node, request.id, outcomes(request, meeting), stop.signal);
    }
  };
  answer().catch(() => {});
  const say = async (change: Partial<NodeReport>): Promise<void> => {
    said = { ...said, ...change };
    await report();
  };
  return {
    states,
    say,
    find: (problems) => void (found = problems),
    meet: (given) => void (meeting = given),
    stop: () => stop.abort(),
  };
}

async function* observation(
  { destination }: AgentRequest & { readonly kind: "Observe" },
  problems: NodeObservation["problems"],
): AsyncGenerator<OutputChunk> {
  const text = JSON.stringify({ problems, route: `${destination} dev eth0` } satisfies NodeObservation);
  yield { stream: "stdout", data: Buffer.from(text).toString("base64") };
  yield { stream: "exit", code: 0 };
}

async function* outcomes({ from, probes }: ProbesAsked, meeting: Meeting): AsyncGenerator<OutputChunk> {
  for (const probe of probes) {
    const result: ProbeResult = {
      outcome: meeting(from, probe),
      microseconds: 100,
      detail: "as the test says",
      by: probe.destination,
      sourcePort: 40_000,
    };
    yield { stream: "stdout", data: Buffer.from(`${JSON.stringify(result)}\n`).toString("base64") };
  }
  yield { stream: "exit", code: 0 };
}

const startedAt = systemClock.now();

export function reportOf(revision: number, state: HostState): NodeReport {
  const announced = state.role === "Router" ? state.bgp.pools : state.bgp.announce;
  const role = state.role === "Router" ? "Upstream" : "Edge";
  const neighbors = state.bgp.neighbors.filter((neighbor) => neighbor.role === role).map(({ name }) => name);
  return {
    node: state.node,
    revision,
    converged: true,
    problems: [],
    stages: [],
    volumes: (state.volumes ?? []).flatMap(({ id, phase }) => (phase === "Discarded" ? [] : [id])),
    instances: state.networks.flatMap(({ project, workloads }) =>
      workloads.map(({ id }): InstanceReport => ({
        project,
        id,
        phase: "Ready",
        reason: "Listening",
        message: "",
        pid: 100,
        startedAt,
        restarts: 0,
        connections: 1,
      })),
    ),
    sessions: state.bgp.neighbors.map(({ name }) => ({
      neighbor: name,
      state: "Established",
      since: startedAt,
      bfd: "Up",
    })),
    announced: announced.map((prefix) => ({ prefix, neighbors })),
    networks: state.networks.map(({ project, name, policy }) => ({ project, name, rules: policy.length, denied: [] })),
    at: systemClock.now(),
    agent: { version: "0.0.0", pid: 1, startedAt },
    drivers: [],
  };
}
