/** Programs run to their end, in time, or the benchmark fails. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { NetwrightError } from "@netwright/base";
import { runProcess } from "../../e2e/product.ts";

/** @returns what it wrote. @throws NW1601 with what it complained about. */
export async function run(command: readonly string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await runProcess(["timeout", "120", ...command], { input });
  if (code === 0) return stdout;
  throw new NetwrightError("NW1601", `${command.join(" ")} ended with ${code}: ${(stderr || stdout).trim()}`);
}

export const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/** Repeats a look until it says yes. @throws NW1605 after the limit. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limit = 30_000,
  pause = 20,
): Promise<void> {
  const end = performance.now() + limit;
  while (!(await holds())) {
    if (performance.now() > end) throw new NetwrightError("NW1605", `not after ${limit} ms: ${what}`);
    await sleep(pause);
  }
}

export const sleep = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** Milliseconds of CLOCK_MONOTONIC, which every process of the machine reads alike. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * A process that runs until it is stopped; its lines are handed over as they come. It leads a process group: what enters
 * a node's pid namespace stays behind as the parent of the program itself, and a signal to the parent alone ends nothing.
 */
export interface Background {
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export function background(command: readonly string[], onLine: (line: string) => void = () => {}): Background {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"], detached: true });
  const ended = once(child, "close");
  let rest = "";
  child.stdout.on("data", (chunk) => {
    const parts = (rest + String(chunk)).split("\n");
    rest = parts.pop() ?? "";
    parts.forEach(onLine);
  });
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  return { process: child, stop };
}
