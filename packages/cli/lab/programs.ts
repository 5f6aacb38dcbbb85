/** How a lab starts server and agents, and scenarios their load: by the Node that runs this, from sources in a checkout, else from the bundle. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { LabPrograms } from "@netwright/lab";

const here = import.meta.dirname;
const isSource = import.meta.filename.endsWith(".ts");
/** In a bundle this code stands in some chunk; the programs stand beside the one that was called. */
const bundles = isSource ? "" : join(realpathSync(process.argv[1] ?? here), "..");

/** Code compiled once serves all agents of a lab; nodes get nothing else of the environment outside. */
const cache = process.env["NODE_COMPILE_CACHE"];
const node: readonly [string, ...string[]] =
  cache === undefined ? [process.execPath] : ["env", `NODE_COMPILE_CACHE=${cache}`, process.execPath];

export const labPrograms: LabPrograms = {
  server: [...node, isSource ? join(here, "../main.ts") : join(bundles, "netwright.mjs"), "server"],
  // The agent's own program: what it does not load it need not compile, keep in memory and copy whenever it forks.
  agent: [...node, isSource ? join(here, "../../agent/main.ts") : join(bundles, "agent.mjs")],
};

/** Requests of a scenario's load come from a program of its own, at the node that sends them. */
export const loadGenerator: readonly [string, ...string[]] = [
  ...node,
  isSource ? join(here, "../../scenario/loads/main.ts") : join(bundles, "load.mjs"),
];
