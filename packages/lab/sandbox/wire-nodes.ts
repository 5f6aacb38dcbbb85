/** Links, addresses, neighbours and routes of all nodes. */
import { NetwrightError } from "@netwright/base";
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import { runScript } from "./run-script.ts";

/** @throws NW1703 with the first thing that the kernel refused. */
export async function wireNodes(context: LabContext, paths: LabPaths, sandbox: number): Promise<void> {
  const failed = (await runScript(context, paths, sandbox, "links")).trim();
  if (failed !== "")
    throw new NetwrightError("NW1703", `not wired: ${failed}`, { hint: `see ${paths.scripts}/links.sh` });
}
