/** What the server may ask of a node beside its state: logs, a command inside an instance, dropped flows, a fresh look, probes. */
import { spawn } from "node:child_process";
import { hostname } from "node:os";
import type { AgentRequest, NodeObservation, OutputChunk } from "@netwright/api";
import { isNetwrightError, messageOf, milliseconds, NetwrightError } from "@netwright/base";
import {
  workloadNamespace,
  type Driver,
  type HostState,
  type NetworkState,
  type NodeSystem,
  type WorkloadState,
} from "@netwright/contract";
import { driversFor } from "@netwright/drivers";
import { execCommand, logPath, readRunningAs } from "@netwright/drivers/runtime-crun/index.ts";
import { readHierarchies } from "@netwright/drivers/runtime-crun/hierarchies.ts";
import { containerOf, type ContainerInstance } from "@netwright/drivers/runtime-crun/want.ts";
import { inNamespace } from "@netwright/system";
import { execOutput } from "./exec-output.ts";
import { examine } from "./round.ts";

export interface RequestContext {
  readonly system: NodeSystem;
  readonly state: () => HostState | undefined;
  /** Of that state; 0 where there is none. */
  readonly revision: () => number;
  readonly drivers: readonly Driver[];
  /** Reports denied flows soon, until the signal aborts. */
  readonly attendFlows: (signal: AbortSignal) => Promise<void>;
  /** The last lines of the agent's own log. */
  readonly recentLog: () => string;
}

/** Never throws: what goes wrong is the last chunk. */
export async function* answer(
  context: RequestContext,
  request: AgentRequest,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk> {
  try {
    yield* dispatch(context, request, signal);
  } catch (error) {
    if (!signal.aborted)
      yield { stream: "error", code: isNetwrightError(error) ? error.code : "NW1801", message: messageOf(error) };
  }
}

async function* dispatch(
  context: RequestContext,
  request: AgentRequest,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk> {
  const { system } = context;
  if (request.kind === "Flows") return yield* flows(context, signal);
  if (request.kind === "Observe") return yield* text(JSON.stringify(await observe(context, request.destination)));
  if (request.kind === "Facts") return yield* facts(context, signal);
  if (request.kind === "Readback") return yield* readback(context, signal);
  if (request.kind === "Probe") return yield* probe(context, request, signal);
  if (request.kind === "Arrivals") return yield* arrivals(context, request, signal);
  if (request.kind === "Cancel") return;
  const instance = containerNamed(context.state(), request.project, request.instance);
  if (request.kind === "Logs") {
    const lines = request.tail === null ? "+1" : String(request.tail);
    const path = logPath(system.paths, `${request.project}.${request.instance}`);
    if (!request.follow && !(await system.files.exists(path))) return yield* text("");
    return yield* output(
      ["tail", ...(request.follow ? ["-F", "-s", "0.2"] : []), "-n", lines, path],
      undefined,
      signal,
    );
  }
  if (instance === undefined)
    throw new NetwrightError("NW1501", `${request.instance} is no container: nothing can run in it`);
  const { files, paths } = system;
  const [hierarchies, as] = await Promise.all([readHierarchies(files), readRunningAs(files, paths, instance)]);
  const command = execCommand(instance, request.command, { paths, hierarchies, as });
  return yield* execOutput(request.command[0] ?? "", output(command, request.input, signal));
}

/** What differs from the wanted state right now, and the route that the node's own namespace has to an address. */
async function observe(
  { system, drivers, state }: RequestContext,
  destination: string | null,
): Promise<NodeObservation> {
  const wanted = state();
  const problems = wanted === undefined ? [] : await examine(driversFor(drivers, wanted), system, wanted);
  if (destination === null) return { problems, route: null };
  const { code, stdout } = await system.runner.run(["ip", "-6", "-o", "route", "get", "fibmatch", destination]);
  return { problems, route: code === 0 ? stdout.trim().replaceAll("\\\t", "") : null };
}

/** Loaded when it is asked for: agents are many, and few are ever asked. */
async function* facts({ system, state, recentLog }: RequestContext, signal: AbortSignal): AsyncGenerator<OutputChunk> {
  yield { stream: "stdout", data: "" };
  const { collectFacts } = await import("./facts/collect.ts");
  for await (const file of collectFacts({ system, state: state(), hostname: hostname(), log: recentLog() })) {
    if (signal.aborted) return;
    yield { stream: "stdout", data: Buffer.from(`${JSON.stringify(file)}\n`).toString("base64") };
  }
  yield { stream: "exit", code: 0 };
}

/** Loaded when it is asked for, as facts are. */
async function* readback(
  { system, state, revision }: RequestContext,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk> {
  yield began;
  const { readKernel } = await import("./readback/read-kernel.ts");
  yield* jsonLines(readKernel({ system, state: state(), revision: revision(), signal }));
}

/** @throws NW1501 for an instance that has no namespace here. */
async function* probe(
  { system, state }: RequestContext,
  { from, probes, patience }: AgentRequest & { readonly kind: "Probe" },
  signal: AbortSignal,
): AsyncGenerator<OutputChunk> {
  const netns = from === null ? undefined : workloadNamespace(from, workloadNamed(state(), from).workload);
  yield began;
  const { runProbes } = await import("@netwright/system/probing/run-probes.ts");
  const results = await runProbes({ runner: system.runner, netns, probes, patience: milliseconds(patience), signal });
  yield* jsonLines(results);
}

/** @throws NW1501 for an instance that has no namespace here. */
async function* arrivals(
  { state }: RequestContext,
  request: AgentRequest & { readonly kind: "Arrivals" },
  signal: AbortSignal,
): AsyncGenerator<OutputChunk> {
  const netns = workloadNamespace(request, workloadNamed(state(), request).workload);
  const { arrivalsScript } = await import("@netwright/system/probing/arrivals-script.ts");
  yield* output(inNamespace(["perl", "-e", arrivalsScript], netns), undefined, signal);
}

/** The server waits for a beginning, and then as long as it takes. */
const began: OutputChunk = { stream: "stdout", data: "" };

/** Octets of one chunk: a line may have several. */
const chunkSize = 256 * 2 ** 10;

/** Each a line of JSON. */
async function* jsonLines(values: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<OutputChunk> {
  for await (const value of values) {
    const data = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let at = 0; at < data.length; at += chunkSize)
      yield { stream: "stdout", data: data.toString("base64", at, at + chunkSize) };
  }
  yield { stream: "exit", code: 0 };
}

/** Says nothing but that it began: what is seen goes with the reports. */
async function* flows({ attendFlows }: RequestContext, signal: AbortSignal): AsyncGenerator<OutputChunk> {
  yield began;
  await attendFlows(signal);
}

/** @throws NW1501 when there is no such instance here; undefined for a proxy. */
function containerNamed(
  state: HostState | undefined,
  project: string,
  instance: string,
): ContainerInstance | undefined {
  const { network, workload } = workloadNamed(state, { project, instance });
  return containerOf(network, workload);
}

/** @throws NW1501 */
function workloadNamed(
  state: HostState | undefined,
  { project, instance }: { readonly project: string; readonly instance: string },
): { readonly network: NetworkState; readonly workload: WorkloadState } {
  for (const network of state?.networks ?? []) {
    const workload = network.project === project && network.workloads.find(({ id }) => id === instance);
    if (workload) return { network, workload };
  }
  throw new NetwrightError("NW1501", `${instance} is not on this host`);
}

async function* text(value: string): AsyncGenerator<OutputChunk> {
  yield { stream: "stdout", data: Buffer.from(value).toString("base64") };
  yield { stream: "exit", code: 0 };
}

/** A program's output as it comes; the program ends when the signal aborts. */
async function* output(
  command: readonly [string, ...string[]],
  input: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: "pipe", signal, killSignal: "SIGTERM" });
  child.stdin.on("error", () => {});
  child.stdin.end(Buffer.from(input ?? "", "base64"));
  const queue: OutputChunk[] = [];
  let notify = (): void => {};
  const push = (chunk: OutputChunk): void => {
    queue.push(chunk);
    notify();
  };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (data: Buffer) => push({ stream, data: data.toString("base64") }));
  }
  child.on("error", (error) => push({ stream: "error", code: "NW1602", message: messageOf(error) }));
  child.on("close", (code, by) => push({ stream: "exit", code: code ?? (by === null ? 1 : 143) }));
  for (;;) {
    const chunk = queue.shift();
    if (chunk === undefined) {
      await new Promise<void>((resolve) => (notify = resolve));
      continue;
    }
    yield chunk;
    if (chunk.stream === "exit" || chunk.stream === "error") return;
  }
}
