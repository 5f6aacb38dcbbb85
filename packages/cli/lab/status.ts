/** `lab status`: nodes with their programs, and the links that are cut. */
import { status, type LabStatus, type NodeStatus } from "@netwright/lab";
import { labOf } from "../arguments/connection.ts";
import { labContext } from "./context.ts";
import { parseFormat, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation } from "../verb.ts";

export async function printLabStatus(invocation: Invocation): Promise<number> {
  const format = parseFormat(invocation.options["output"] as string | undefined);
  const name = labOf(invocation);
  const lab = await status(labContext, name === undefined ? {} : { lab: name });
  invocation.terminal.out(format === "json" || format === "yaml" ? renderMachine(format, lab) : render(lab));
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
