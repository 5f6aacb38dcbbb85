/** Carries out changes, networks side by side; a failure of one does not stop the others. */
import { isNetwrightError, milliseconds, NetwrightError, seconds } from "@netwright/base";
import { internalDomain, type NodeSystem, type Problem, type ProcessId } from "@netwright/contract";
import { command } from "./control.ts";
import { pythonOfTheSystem, type ResolverLayout } from "./layout.ts";
import { observeLive } from "./observe.ts";
import type { ResolverChange } from "./plan.ts";
import type { Rendered } from "./render.ts";

const patience = seconds(5);
const pollInterval = milliseconds(5);

// The process writes down who it is before it becomes unbound: an agent killed in between loses nothing.
const startScript = 'read -r stat </proc/self/stat && echo "$stat" >"$1" && exec unbound -d -c "$2"';

export async function apply(system: NodeSystem, changes: readonly ResolverChange[]): Promise<readonly Problem[]> {
  const problems = await Promise.all(changes.map((change) => guarded(system, change)));
  return problems.flat();
}

async function guarded(system: NodeSystem, change: ResolverChange): Promise<readonly Problem[]> {
  try {
    await make(system, change);
    return [];
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    const message = `resolver of network ${change.network}: ${error.message}`;
    return [{ slot: "resolver", code: error.code, message, subject: change.network }];
  }
}

async function make(system: NodeSystem, change: ResolverChange): Promise<void> {
  const { layout } = change;
  switch (change.kind) {
    case "Start":
      if (change.former !== null) await end(system, change.former, "SIGKILL");
      await writeFiles(system, layout, change.files);
      return start(system, layout, change.files);
    case "Reload":
      await writeFiles(system, layout, change.files);
      await command(layout.socket, "reload");
      return untilLoaded(system, layout, change.files);
    case "LoadNames":
      // Patterns too: what starts with the new names may ask for one at once.
      await writeFiles(system, layout, change.files);
      return command(layout.socket, `auth_zone_reload ${internalDomain}.`);
    case "WriteFiles":
      return writeFiles(system, layout, change.files);
    case "Stop":
      if (change.process !== null) await end(system, change.process, "SIGTERM");
      return system.files.remove(layout.directory);
  }
}

async function writeFiles({ files }: NodeSystem, layout: ResolverLayout, rendered: Rendered): Promise<void> {
  const { config, zone, script, patterns } = rendered;
  await Promise.all([
    files.write(layout.config, config),
    files.write(layout.zone, zone),
    script === undefined ? files.remove(layout.script) : files.write(layout.script, script),
    patterns === "" ? files.remove(layout.patterns) : files.write(layout.patterns, patterns),
  ]);
}

async function start(system: NodeSystem, layout: ResolverLayout, files: Rendered): Promise<void> {
  const { processes } = system;
  const script = ["sh", "-c", startScript, "sh", layout.process, layout.config] as const;
  const started = await processes.start(script, { log: layout.log, env: pythonOfTheSystem });
  await untilLoaded(system, layout, files, async () => {
    if (await processes.alive(started)) return;
    const log = ((await system.files.read(layout.log)) ?? "").trim().split("\n").slice(-3).join("; ");
    throw new NetwrightError("NW1604", `unbound ended at once: ${log}`);
  });
}

/** @param check throws when there is nothing to wait for. @throws NW1605 when it takes too long. */
async function untilLoaded(
  system: NodeSystem,
  layout: ResolverLayout,
  { digest, serial }: Rendered,
  check: () => Promise<void> = async () => {},
): Promise<void> {
  const done = await poll(system, async () => {
    const live = await observeLive(layout);
    if (live?.digest === digest && live.serial === serial) return true;
    await check();
    return false;
  });
  if (!done) throw new NetwrightError("NW1605", `unbound has not loaded its configuration within ${patience} ms`);
}

/** @throws NW1605 when the process survives. */
async function end(system: NodeSystem, id: ProcessId, signal: NodeJS.Signals): Promise<void> {
  await system.processes.signal(id, signal);
  const ended = await poll(system, async () => !(await system.processes.alive(id)));
  if (!ended) throw new NetwrightError("NW1605", `unbound (pid ${id.pid}) did not end within ${patience} ms`);
}

async function poll({ clock }: NodeSystem, holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = clock.monotonic() + patience;
  while (!(await holds())) {
    if (clock.monotonic() > deadline) return false;
    await clock.sleep(pollInterval);
  }
  return true;
}
