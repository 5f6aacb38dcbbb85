/** Processes that outlive whoever started them, known by pid and start time (proc(5), stat fields 1, 3 and 22). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf, NetwrightError, type Instant } from "@netwright/base";
import type { ProcessId, Processes, StartOptions } from "@netwright/contract";
import { inNamespace } from "./runner.ts";

/** Clock ticks a second, as the kernel shows them to user space on every Linux platform Node runs on. */
const userHertz = 100;

export const nodeProcesses: Processes = {
  start,
  alive: async (id) => startTicksOf(id.pid) === id.startTicks,
  identify: async (pid) => {
    const startTicks = startTicksOf(pid);
    return startTicks === undefined ? undefined : { pid, startTicks };
  },
  signal: async (id, signal) => {
    if (startTicksOf(id.pid) !== id.startTicks) return;
    try {
      process.kill(id.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  },
  startedAt: async (id) => {
    if (startTicksOf(id.pid) !== id.startTicks) return undefined;
    return (bootTime() + (id.startTicks * 1000) / userHertz) as Instant;
  },
};

async function start(command: readonly [string, ...string[]], options: StartOptions): Promise<ProcessId> {
  const [program, ...args] = inNamespace(command, options.netns);
  mkdirSync(dirname(options.log), { recursive: true });
  const log = openSync(options.log, "a", 0o640);
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", log, log],
      ...(options.env === undefined ? {} : { env: { PATH: process.env["PATH"], ...options.env } }),
    });
    await once(child, "spawn");
    child.unref();
    const pid = child.pid as number;
    // A process that is gone already gets ticks that no later process with its pid can have.
    return { pid, startTicks: startTicksOf(pid) ?? -1 };
  } catch (cause) {
    throw new NetwrightError("NW1602", `${command[0]} cannot be started: ${messageOf(cause)}`, { cause });
  } finally {
    closeSync(log);
  }
}

/** Undefined when there is no such process or only its zombie is left. */
function startTicksOf(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The command name, in parentheses, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]);
}

function bootTime(): number {
  const line = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"));
  return Number(line?.[1]) * 1000;
}
