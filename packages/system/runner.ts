/** Runs programs. Spawning costs 1.4 ms and grows with this process's heap: batch, do not loop. */
import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { messageOf, NetwrightError, seconds } from "@netwright/base";
import type { RunOptions, RunResult, Runner } from "@netwright/contract";

import { KeptProgram } from "./kept-program.ts";

const defaultTimeout = seconds(10);

/** The command line that runs a program in a named network namespace, without a new process in between. */
export function inNamespace(
  command: readonly [string, ...string[]],
  netns: string | undefined,
): readonly [string, ...string[]] {
  return netns === undefined ? command : ["nsenter", `--net=/run/netns/${netns}`, "--", ...command];
}

export const nodeRunner: Runner = {
  run: (command, options = {}) =>
    new Promise((resolve, reject) => {
      collect(command, options, resolve, reject);
    }),
  find: async (program) => {
    for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
      const path = join(directory, program);
      if (await isExecutable(path)) return path;
    }
    return undefined;
  },
  converse: (command) => new KeptProgram(command),
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

function collect(
  command: readonly [string, ...string[]],
  options: RunOptions,
  resolve: (result: RunResult) => void,
  reject: (error: NetwrightError) => void,
): void {
  const [program, ...args] = inNamespace(command, options.netns);
  const timeout = options.timeout ?? defaultTimeout;
  const child = spawn(program, args, { stdio: "pipe" });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on("data", (chunk: Buffer) => output.stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.stderr.push(chunk));
  // A program that ends before it has read all its input is judged by its exit status, not by the broken pipe.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  let ended: string | undefined;
  const end = (why: string): void => {
    ended ??= why;
    child.kill("SIGKILL");
    // What it has started itself may live on, with these open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => end(`did not end within ${timeout} ms`), timeout);
  const stop = (): void => end("was told to end");
  if (options.signal?.aborted === true) stop();
  options.signal?.addEventListener("abort", stop);
  const over = (): void => {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
  };
  child.on("error", (cause) => {
    over();
    reject(new NetwrightError("NW1602", `${command[0]} cannot be started: ${messageOf(cause)}`, { cause }));
  });
  child.on("close", (code) => {
    over();
    if (ended !== undefined) reject(new NetwrightError("NW1605", `${command.join(" ")} ${ended}`));
    else resolve({ code: code ?? -1, stdout: text(output.stdout), stderr: text(output.stderr) });
  });
}

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString("utf8");
