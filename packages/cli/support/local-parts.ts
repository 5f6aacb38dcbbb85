/** What a support bundle takes from the machine that it is made on, also while no server answers. */
import { hostname } from "node:os";
import { collectFacts, savedState } from "@netwright/agent/local-facts.ts";
import type { FactFile } from "@netwright/api";
import { seconds } from "@netwright/base";
import { systemClock } from "@netwright/base/node-clock.ts";
import type { NodePaths } from "@netwright/contract";
import { findLab } from "@netwright/lab";
import { nodeFiles, nodeProcesses, nodeRunner } from "@netwright/system";
import { labOf, usesLab } from "../arguments/connection.ts";
import { labContext } from "../lab/context.ts";
import type { Invocation } from "../verb.ts";

const lines = "2000";

export async function* localFacts(paths: NodePaths): AsyncGenerator<FactFile> {
  const system = { runner: nodeRunner, files: nodeFiles, processes: nodeProcesses, clock: systemClock, paths };
  yield* collectFacts({ system, state: await savedState(system), hostname: hostname(), log: "" });
}

/** Of units of this machine's systemd, and of a lab's programs. */
export async function localLogs(
  invocation: Invocation,
): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const units = ["netwright-server", "netwright-agent"].map(async (unit) => ({
    path: `local/${unit}.log`,
    text: await outputOf([
      "journalctl",
      "--unit",
      unit,
      "--lines",
      lines,
      "--no-pager",
      "--output",
      "short-iso",
      "--quiet",
    ]),
  }));
  return (await Promise.all([...units, ...(usesLab(invocation) ? [labLog(invocation)] : [])])).filter(
    ({ text }) => text !== "",
  );
}

async function labLog(invocation: Invocation): Promise<{ readonly path: string; readonly text: string }> {
  const lab = await findLab(labContext, labOf(invocation)).catch(() => undefined);
  const control = lab?.record.topology.nodes.find(({ role }) => role === "Control")?.name;
  const log = lab === undefined || control === undefined ? undefined : `${lab.paths.logs}/${control}.server.log`;
  return { path: "local/lab-server.log", text: log === undefined ? "" : await outputOf(["tail", "-n", lines, log]) };
}

const outputOf = (command: readonly [string, ...string[]]): Promise<string> =>
  nodeRunner.run(command, { timeout: seconds(10) }).then(
    ({ code, stdout }) => (code === 0 ? stdout : ""),
    () => "",
  );
