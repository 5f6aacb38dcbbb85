/** `autoscale explain`: every stage of the last decision about a service's sizes. */
import type { AutoscaleReport } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { parseRefs, toApiRef } from "../arguments/object-ref.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { projectOption, refsIn } from "../arguments/project.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import { timeText } from "../print/times.ts";
import type { Invocation } from "../verb.ts";

export function configureExplain(parent: Command): void {
  const command = parent
    .command("explain")
    .description("show how the sizes of a service's tiers came about, stage by stage")
    .argument("<service>", "service/NAME");
  projectOption(command, "the service's project");
  outputOption(command, "json", "yaml");
  connectionOptions(command);
}

/** The service that is named. @throws NW1001 when it is something else */
export function serviceNamed(text: string): void {
  const [named] = parseRefs([text]);
  if (named?.kind.kind !== "Service")
    throw new NetwrightError("NW1001", `${text} is not a service`, { hint: "write service/NAME" });
}

export async function explain(invocation: Invocation): Promise<void> {
  const { terminal, args, options } = invocation;
  const [service = ""] = args;
  serviceNamed(service);
  const client = await connect(invocation);
  for (const ref of await refsIn(invocation, client, [service])) {
    const report = await client.explainAutoscale(toApiRef(ref));
    const format = formatOf(options);
    terminal.out(isMachine(format) ? renderMachine(format, report) : renderReport(report));
  }
}

/** The reasons first: who asks wants to know why. */
export function renderReport({ at, tiers, reasons, stages }: AutoscaleReport): string {
  const sizes = tiers.map(({ tier, desired, min, max }) => [tier, String(desired), String(min), String(max)]);
  const steps = stages.map(({ tier = "-", stage, from, to, words }) => [
    tier,
    stage,
    to === undefined ? "-" : from === to ? `${to}` : `${from} -> ${to}`,
    words,
  ]);
  return [
    `decided ${timeText(at)}\n`,
    renderTable(["TIER", "INSTANCES", "MIN", "MAX"], sizes),
    `${reasons.map(({ message }) => `  ${message}`).join("\n")}\n`,
    renderTable(["TIER", "STAGE", "INSTANCES", "WHAT"], steps),
  ].join("\n");
}
