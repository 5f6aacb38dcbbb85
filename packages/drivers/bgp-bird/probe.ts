import { isNetwrightError } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";

/** What this node lacks to speak BGP, as sentences. */
export async function probeBird({ runner }: NodeSystem): Promise<readonly string[]> {
  const version = await outputOf(runner, ["bird", "--version"]);
  const missing: string[] = [];
  if (version === undefined) missing.push("bird is not installed (Debian: bird2)");
  else if (!/BIRD version 2\./.test(version))
    missing.push(`BIRD 2 is needed, not ${version.trim() || "what is installed"}`);
  return missing;
}

async function outputOf(
  runner: NodeSystem["runner"],
  command: readonly [string, ...string[]],
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await runner.run(command);
    return stdout + stderr;
  } catch (error) {
    if (isNetwrightError(error) && error.code === "NW1602") return undefined;
    throw error;
  }
}
