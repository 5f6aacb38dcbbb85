/** Where the wire's program is, and how it is made where it is not. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { seconds } from "@netwright/base";
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import type { Impossible } from "./plan.ts";

/** From sources, from a bundle, or from a chunk of one. */
const places = ["../../../native", "../native", "../../native"].map((place) => join(import.meta.dirname, place));
const wireOf = (directory: string): string => join(directory, "wire");

/** Built before, as in the Debian package. */
const built = (natives: readonly string[] = places): string | undefined =>
  natives.map((native) => wireOf(join(native, "out"))).find(existsSync);
const builder = (natives: readonly string[] = places): string | undefined =>
  natives.map((native) => join(native, "build")).find(existsSync);

const compilers = ["cc", "gcc", "clang"] as const;
async function compiler({ runner }: Pick<LabContext, "runner">): Promise<string | undefined> {
  for (const name of compilers) if ((await runner.find(name)) !== undefined) return name;
  return undefined;
}

/** Why there can be no wire on this machine; undefined when there can. @param natives directories like native/ of the checkout */
export async function wireMissing(
  context: Pick<LabContext, "runner">,
  natives: readonly string[] = places,
): Promise<string | undefined> {
  if (!existsSync("/dev/net/tun")) return "the kernel has no TAP devices (/dev/net/tun)";
  if (built(natives) !== undefined) return undefined;
  if (builder(natives) === undefined) return "the wire's program is not installed with Netwright";
  if ((await compiler(context)) !== undefined) return undefined;
  return "the wire is not built and there is no C compiler: apt-get install gcc libc6-dev";
}

/** @returns its path, the same in the sandbox. It is built once for a lab where none came with Netwright. */
export async function wireProgram(context: LabContext, { directory }: LabPaths): Promise<string | Impossible> {
  const missing = await wireMissing(context);
  if (missing !== undefined) return { impossible: missing };
  const [ready, own] = [built(), join(directory, "native")];
  if (ready !== undefined) return ready;
  if (existsSync(wireOf(own))) return wireOf(own);
  const cc = (await compiler(context)) ?? "cc";
  const command = ["env", `CC=${cc}`, "sh", builder() ?? "", own, "wire"] as const;
  const { code, stderr } = await context.runner.run(command, { timeout: seconds(60) });
  return code === 0 ? wireOf(own) : { impossible: `the wire cannot be built: ${stderr.trim().split("\n")[0]}` };
}
