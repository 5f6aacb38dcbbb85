/** Runs a stage's script inside the sandbox. */
import { NetwrightError, seconds } from "@netwright/base";
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import { enter } from "./enter.ts";
import { sandboxEnvironment } from "./environment.ts";

/**
 * @param sandbox process 1 of the sandbox. @returns what the script, and all it left running with its output open, wrote.
 * @throws NW1703 with the last lines of its errors.
 */
export async function runScript(context: LabContext, paths: LabPaths, sandbox: number, name: string): Promise<string> {
  const environment = Object.entries(sandboxEnvironment).map(([key, value]) => `${key}=${value}`);
  const command = enter(sandbox, ["env", "-i", ...environment, "sh", `${paths.scripts}/${name}.sh`]);
  const { code, stdout, stderr } = await context.runner.run(command, { timeout: seconds(120) });
  if (code === 0 && stderr === "") return stdout;
  const [first = `exit status ${code}`, ...more] = stderr.trim().split("\n");
  const rest = more.length === 0 ? "" : ` (and ${more.length} lines more)`;
  throw new NetwrightError("NW1703", `stage ${name}: ${first}${rest}`, {
    hint: `see ${paths.scripts}/${name}.sh and ${paths.logs}`,
  });
}
