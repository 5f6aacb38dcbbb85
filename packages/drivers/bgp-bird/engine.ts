/** Starts, stops and watches the one BIRD process of ours. */
import { messageOf, milliseconds, NetwrightError, seconds, type Milliseconds } from "@netwright/base";
import type { NodeSystem, ProcessId } from "@netwright/contract";
import { birdc } from "./birdc.ts";
import { flushKernelRoutes } from "./kernel-routes.ts";
import { renderRecord } from "./observe.ts";
import { isSettled } from "./parse-protocols.ts";
import { birdPaths } from "./paths.ts";

export const patience = seconds(5);

/**
 * BFD gives a neighbour up after 150 ms of silence, and every route changed for that makes more work: workloads that keep
 * their host busy must not starve it. So BIRD is scheduled in real time (sched(7)) and waits for nobody; it uses less than a
 * hundredth of a core. Where that may not be had, as in a control group without a share of real time, it is ahead of
 * others by its nice value; where not even that, nice says so in the log and starts BIRD all the same.
 */
const ahead = [
  "sh",
  "-c",
  'chrt --rr 1 true 2>/dev/null && exec chrt --rr 1 "$@"; exec nice -n -10 "$@"',
  "ahead",
] as const;

/** Polls until it holds. @returns false when the time was over first. */
export async function waitFor(
  { clock }: NodeSystem,
  holds: () => Promise<boolean>,
  limit: Milliseconds = patience,
  step: Milliseconds = milliseconds(10),
): Promise<boolean> {
  const end = clock.monotonic() + limit;
  for (;;) {
    if (await holds()) return true;
    if (clock.monotonic() >= end) return false;
    await clock.sleep(step);
  }
}

/** @param gracefully: neighbours kept its routes (RFC 4724). @throws NW1604 when BIRD ends at once, NW1605 when it does not answer in time. */
export async function launch(system: NodeSystem, gracefully: boolean): Promise<void> {
  const paths = birdPaths(system.paths);
  const restart = gracefully ? ["-R"] : [];
  const bird = ["bird", "-f", ...restart, "-c", paths.config, "-s", paths.socket, "-P", paths.pid];
  const id = await system.processes.start([...ahead, ...bird], { log: paths.log });
  await record(system, id);
  let alive = true;
  const up = await waitFor(system, async () => {
    alive = await system.processes.alive(id);
    return !alive || isSettled(await birdc(system, "show", "status"));
  });
  if (!alive) throw new NetwrightError("NW1604", `BIRD ended right after its start: ${await lastLine(system)}`);
  if (!up) throw new NetwrightError("NW1605", `BIRD did not answer within ${patience} ms of its start`);
}

export async function record(system: NodeSystem, id: ProcessId): Promise<void> {
  await system.files.write(birdPaths(system.paths).process, renderRecord(id));
}

/** @throws NW1605 when the process survives. */
export async function kill(system: NodeSystem, id: ProcessId): Promise<void> {
  await system.processes.signal(id, "SIGKILL");
  await gone(system, id);
}

/** Ends BIRD, its routes in the kernel and its files. @throws NW1605 when the process survives. */
export async function stop(system: NodeSystem, id: ProcessId | null): Promise<void> {
  const reply = await birdc(system, "down").catch((cause: unknown) => ({
    kind: "Absent" as const,
    message: messageOf(cause),
  }));
  if (id !== null && reply.kind !== "Answer") await system.processes.signal(id, "SIGKILL");
  if (id !== null) await gone(system, id);
  // `persist` keeps them when BIRD goes down.
  await flushKernelRoutes(system);
  await system.files.remove(birdPaths(system.paths).directory);
}

async function gone(system: NodeSystem, id: ProcessId): Promise<void> {
  const ended = await waitFor(system, async () => !(await system.processes.alive(id)));
  if (!ended) throw new NetwrightError("NW1605", `BIRD (pid ${id.pid}) did not end within ${patience} ms`);
}

async function lastLine(system: NodeSystem): Promise<string> {
  const log = (await system.files.read(birdPaths(system.paths).log)) ?? "";
  return log.trim().split("\n").at(-1) ?? "";
}
