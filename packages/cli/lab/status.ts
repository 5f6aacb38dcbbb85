/** `lab status`: nodes with their programs, and faults. */
import { status, type FrameCounters, type LabStatus, type NodeStatus } from "@netwright/lab";
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

function render({ name, phase, problem, nodes, faults }: LabStatus): string {
  const rows = nodes.map((node) => [
    node.name,
    node.role,
    node.running ? "running" : "ended",
    node.management ?? "-",
    programsText(node),
  ]);
  return [
    `lab ${name}: ${phase}${problem === null ? "" : `: ${problem}`}\n`,
    renderTable(["NODE", "ROLE", "STATE", "MANAGEMENT", "PROGRAMS"], rows),
    faults.length === 0 ? "no fault\n" : renderTable(["FAULT", "STATE", "FRAMES"], faults.map(faultRow)),
  ].join("");
}

const faultRow = ({ description, state, frames }: LabStatus["faults"][number]): readonly string[] => [
  description,
  state.toLowerCase(),
  frames === null ? "-" : framesText(frames),
];

/** What came in, and what became of it where that is not nothing. */
const framesText = ({ taken, lost, corrupted, duplicated, reordered, full, tooBig }: FrameCounters): string => {
  const fates = { lost, corrupted, duplicated, reordered, "over the rate": full, "too large": tooBig };
  const told = Object.entries(fates).flatMap(([fate, count]) => (count === 0 ? [] : [`${count} ${fate}`]));
  return [`${taken}`, ...told].join(", ");
};

const programsText = ({ programs }: NodeStatus): string =>
  programs
    .map(({ program, state, restarts }) => `${program} ${state}${restarts > 0 ? ` (${restarts} restarts)` : ""}`)
    .join(", ") || "-";
