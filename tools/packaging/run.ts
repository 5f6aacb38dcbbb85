/** Running the programs that make packages. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

interface Where {
  readonly cwd?: string;
  /** Beside the environment that is there. */
  readonly env?: Readonly<Record<string, string>>;
}

/** @returns what the program printed. Rejects with what it said when it fails. */
export async function run([program, ...args]: readonly [string, ...string[]], where: Where = {}): Promise<string> {
  const options = { ...where, env: { ...process.env, ...where.env }, maxBuffer: 1 << 26 };
  return (await promisify(execFile)(program, args, options)).stdout;
}
