/** How a lab starts server and agents: by the Node that runs this, from sources in a checkout, else from the bundle. */
import { fileURLToPath } from "node:url";
import type { LabPrograms } from "@netwright/lab";

const isSource = import.meta.url.endsWith(".ts");
const beside = (source: string, bundle: string): string =>
  fileURLToPath(new URL(isSource ? source : bundle, import.meta.url));

/** Code compiled once serves all agents of a lab; nodes get nothing else of the environment outside. */
const cache = process.env["NODE_COMPILE_CACHE"];
const node: readonly [string, ...string[]] =
  cache === undefined ? [process.execPath] : ["env", `NODE_COMPILE_CACHE=${cache}`, process.execPath];

export const labPrograms: LabPrograms = {
  server: [...node, beside("./main.ts", import.meta.url), "server"],
  // The agent's own program: what it does not load it need not compile, keep in memory and copy whenever it forks.
  agent: [...node, beside("../agent/main.ts", "./agent.mjs")],
};
