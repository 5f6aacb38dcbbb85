/** The product as a user has it: the command line, run as a process against a live lab. */
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One lab a test file, so that files can run side by side. */
export function product(lab: string): (...args: string[]) => Promise<Run> {
  const cwd = repository;
  const env = { ...process.env, NETWRIGHT_LAB: lab, NO_COLOR: "1" };
  return (...args) => runProcess([join(repository, "bin/netwright"), ...args], { cwd, env });
}

export function runProcess(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { cwd: options.cwd ?? repository, env: options.env ?? process.env });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
    child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, ...output }));
    child.stdin.end(options.input ?? "");
  });
}

export const scratchDirectory = (): string => mkdtempSync(join(tmpdir(), "netwright-e2e-"));
