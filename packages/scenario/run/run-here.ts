/** A program of the user's own beside the runner: with all it starts in one process group, which is ended with it. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { messageOf } from "@netwright/base";
import type { NodeRunResult } from "@netwright/lab";
import type { Limit } from "../checks/look.ts";

export interface HereCommand {
  readonly argv: readonly [string, ...string[]];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Octets of each output. */
const outputMax = 2 ** 20;
/** For what it wrote just before it ended, in milliseconds; what it left behind may hold its outputs open for ever. */
const outputGrace = 200;

/** One that cannot be started has status 127, one whose time is over 124. @throws the signal's reason when that aborts */
export async function runHere(command: HereCommand, { timeout, signal }: Limit): Promise<NodeRunResult> {
  signal.throwIfAborted();
  const [program, ...args] = command.argv;
  const child = spawn(program, args, {
    cwd: command.directory,
    env: command.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout = new Output();
  const stderr = new Output();
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  let timedOut = false;
  const kill = (): void => killGroup(child.pid);
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeout);
  signal.addEventListener("abort", kill, { once: true });
  try {
    const ended = await endOf(child);
    signal.throwIfAborted();
    const truncated = stdout.truncated || stderr.truncated;
    const code = timedOut ? 124 : ended.code;
    const said = ended.problem ?? stderr.text();
    return { code, signal: ended.signal, stdout: stdout.text(), stderr: said, timedOut, truncated };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

type Ended = Pick<NodeRunResult, "code" | "signal"> & { readonly problem?: string };

function endOf(child: ReturnType<typeof spawn>): Promise<Ended> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 127, signal: null, problem: messageOf(error) }));
    child.on("exit", (code, signal) => {
      const end = (): void => resolve({ code: code ?? 128 + constants.signals[signal ?? "SIGKILL"], signal });
      const grace = setTimeout(end, outputGrace);
      child.on("close", () => {
        clearTimeout(grace);
        end();
      });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

class Output {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  truncated = false;

  push(chunk: Buffer): void {
    const kept = chunk.subarray(0, outputMax - this.#size);
    this.truncated ||= kept.length < chunk.length;
    this.#size += kept.length;
    if (kept.length > 0) this.#chunks.push(kept);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
