/** `lab status`: nodes with their programs, and the links that are cut. */
import { status, type LabStatus, type NodeStatus } from "@netwright/lab";
import { labOf } from "../arguments/connection.ts";
import { formatOf } from "../arguments/output.ts";
import { labContext } from "./context.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation } from "../verb.ts";

export async function printLabStatus(invocation: Invocation): Promise<number> {
  const format = formatOf(invocation.options);
  const name = labOf(invocation);
  const lab = await status(labContext, name === undefined ? {} : { lab: name });
  invocation.terminal.out(isMachine(format) ? renderMachine(format, lab) : render(lab));
  return lab.phase === "Ready" ? 0 : 1;
}

function render({ name, phase, problem, nodes, links }: LabStatus): string {
  const rows = nodes.map((node) => [
    node.name,
    node.role,
    node.running ? "running" : "ended",
    node.management ?? "-",
    programsText(node),
  ]);
  const cuts = links.filter(({ cut }) => cut).map(({ name: link }) => link);
  return [
    `lab ${name}: ${phase}${problem === null ? "" : `: ${problem}`}\n`,
    renderTable(["NODE", "ROLE", "STATE", "MANAGEMENT", "PROGRAMS"], rows),
    cuts.length === 0 ? "no link is cut\n" : `cut: ${cuts.join(", ")}\n`,
  ].join("");
}

const programsText = ({ programs }: NodeStatus): string =>
  programs
    .map(({ program, state, restarts }) => `${program} ${state}${restarts > 0 ? ` (${restarts} restarts)` : ""}`)
    .join(", ") || "-";
