/** Starting, replacing and stopping HAProxy processes. Impure. */
import { milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import type { NodeSystem, ProcessId } from "@netwright/contract";
import { assertInMemory } from "../memory.ts";
import type { ProxyLayout } from "./layout.ts";
import { livingProcesses } from "./observe.ts";
import { parseInfo } from "./parse.ts";
import type { RenderedFile } from "./render.ts";
import { ask } from "./runtime-api.ts";

/** How long a new process may take until it answers; it is judged by its answer, not by the time. */
const startPatience = milliseconds(10_000);
const pollInterval = milliseconds(5);
const stopWait = milliseconds(300);

// The process writes down who it is before it becomes HAProxy: an agent killed in between loses nothing.
const startScript = 'read -r stat </proc/self/stat && echo "$stat" >>"$1" && shift && exec haproxy "$@"';

export async function startProxy(
  system: NodeSystem,
  { layout, netns }: { readonly layout: ProxyLayout; readonly netns: string },
  files: readonly RenderedFile[],
  extra: readonly string[] = [],
): Promise<void> {
  await writeFiles(system, files);
  await keepLiving(system, layout);
  const command = ["sh", "-c", startScript, "sh", layout.processes, "-f", layout.config, ...extra] as const;
  const started = await system.processes.start([...command], { netns, log: layout.log });
  await untilAnswering(system, layout, started);
}

/** @throws NW1613 where private keys would be written to a disk. */
export async function writeFiles(system: NodeSystem, files: readonly RenderedFile[]): Promise<void> {
  if (files.some(({ path }) => path.endsWith(".pem"))) await assertInMemory(system);
  for (const { path, content, mode } of files) await system.files.write(path, content, mode);
}

/** Drops ended processes from the list, so that it does not grow with every reload. */
async function keepLiving(system: NodeSystem, layout: ProxyLayout): Promise<void> {
  const living = new Set((await livingProcesses(system, layout)).living.map(({ pid }) => pid));
  const lines = ((await system.files.read(layout.processes)) ?? "").split("\n");
  const kept = lines.filter((line) => living.has(parseInt(line, 10))).map((line) => `${line}\n`);
  await system.files.write(layout.processes, kept.join(""));
}

async function untilAnswering(system: NodeSystem, layout: ProxyLayout, started: ProcessId): Promise<void> {
  const { clock, processes, files } = system;
  const answers = async () => {
    const answer = await ask(layout.socket, "show info", milliseconds(500)).catch(() => "");
    if (parseInfo(answer)?.pid === started.pid) return true;
    if (await processes.alive(started)) return false;
    const log = ((await files.read(layout.log)) ?? "").trim().split("\n").slice(-5).join("; ");
    throw new NetwrightError("NW1601", `HAProxy ended at once: ${log}`);
  };
  if (!(await poll(clock, startPatience, answers))) throw new NetwrightError("NW1605", "HAProxy does not answer");
}

async function poll(
  clock: NodeSystem["clock"],
  patience: Milliseconds,
  done: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = clock.monotonic() + patience;
  while (!(await done())) {
    if (clock.monotonic() > deadline) return false;
    await clock.sleep(pollInterval);
  }
  return true;
}

/** Asks all to finish; removes the instance's files when they are gone within a moment, else a later round does. */
export async function stopProxy(system: NodeSystem, layout: ProxyLayout, ids: readonly ProcessId[]): Promise<void> {
  if (ids.length > 0) await system.files.write(layout.stopping, String(system.clock.now()));
  await endProxy(system, layout, ids, "SIGUSR1");
}

export async function endProxy(
  system: NodeSystem,
  layout: ProxyLayout,
  ids: readonly ProcessId[],
  signal: NodeJS.Signals,
): Promise<void> {
  if (await endProcesses(system, ids, signal)) {
    await system.files.remove(layout.directory);
    await system.files.remove(layout.socket);
  }
}

/** True when all have ended within a moment. */
export async function endProcesses(
  { processes, clock }: NodeSystem,
  ids: readonly ProcessId[],
  signal: NodeJS.Signals,
): Promise<boolean> {
  await Promise.all(ids.map((id) => processes.signal(id, signal)));
  const ended = async () => !(await Promise.all(ids.map((id) => processes.alive(id)))).includes(true);
  return poll(clock, stopWait, ended);
}
