/** Running the programs of the gate. */
import { spawn } from "node:child_process";
import { join } from "node:path";

/** The checkout. */
export const root = join(import.meta.dirname, "../..");

interface Finished {
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Runs a program in the checkout to its end. `show` also writes to the terminal what it tells, as it comes. */
export function runProgram(command: readonly [string, ...string[]], show: boolean): Promise<Finished> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ["inherit", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      if (show) process.stdout.write(chunk);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: signal === null ? (code ?? 1) : 130, output }));
  });
}
