/** The product as a user has it: the command line, run as a process against a live lab. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = dirname(dirname(fileURLToPath(import.meta.url)));
export const netwrightProgram = join(repository, "bin/netwright");

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Netwright = (...args: readonly string[]) => Promise<Run>;

/** One lab a test file, so that files can run side by side. */
export function product(lab: string): Netwright {
  return (...args) => runProcess([netwrightProgram, ...args], { env: environmentOf(lab) });
}

export const environmentOf = (lab: string): NodeJS.ProcessEnv => ({
  ...process.env,
  NETWRIGHT_LAB: lab,
  NO_COLOR: "1",
});

interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
}

export function startProcess(command: readonly string[], options: ProcessOptions = {}): ChildProcessWithoutNullStreams {
  const [program = "", ...args] = command;
  return spawn(program, args, { cwd: options.cwd ?? repository, env: options.env ?? process.env });
}

export function runProcess(command: readonly string[], options: ProcessOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = startProcess(command, options);
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
    child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, ...output }));
    // A program that ends without reading its input is no failure of the test.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

export const scratchDirectory = (): string => mkdtempSync(join(tmpdir(), "netwright-e2e-"));
