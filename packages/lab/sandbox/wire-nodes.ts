/** Links, addresses, neighbours and routes of all nodes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { NetwrightError } from "@netwright/base";
import { linksScript, wireProgram, wiringFiles } from "../wiring/links-script.ts";
import { runScript } from "./run-script.ts";
import type { Site } from "./start-programs.ts";

/** @throws NW1703 with the first thing that the kernel refused. */
export async function wireNodes({ context, paths, topology, sandbox, nodes }: Site): Promise<void> {
  const pids = Object.fromEntries(Object.entries(nodes).map(([name, { pidInSandbox }]) => [name, pidInSandbox]));
  const directory = `${paths.scripts}/wiring`;
  mkdirSync(directory, { recursive: true });
  const files = { ...wiringFiles(topology, pids), "wire.pl": wireProgram };
  for (const [name, text] of Object.entries(files)) writeFileSync(`${directory}/${name}`, text);
  writeFileSync(`${paths.scripts}/links.sh`, linksScript(directory, topology, pids));
  const failed = (await runScript(context, paths, sandbox, "links")).trim();
  if (failed !== "") throw new NetwrightError("NW1703", `not wired: ${failed}`, { hint: `see ${directory}` });
}
