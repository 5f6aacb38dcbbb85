/** `history`: what was applied, newest first. */
import type { ChangeSummary } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { parseFormat, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[change]", "the number of one change, to see its objects before and after");
    command.option("-o, --output <format>", "json or yaml");
    connectionOptions(command);
    command.addHelpText("after", "\nExamples:\n  netwright history\n  netwright history 3 -o yaml\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const format = parseFormat(options["output"] as string | undefined);
    const client = await connect(invocation);
    const value = args[0] === undefined ? await client.changes() : await client.change(Number(args[0]));
    if (format === "json" || format === "yaml") terminal.out(renderMachine(format, value));
    else if (Array.isArray(value)) terminal.out(table(value as readonly ChangeSummary[]));
    else terminal.out(renderMachine("yaml", value));
  },
};

/** More than these are counted; `history NUMBER` has all. */
const shownMax = 3;

function objectsText(objects: ChangeSummary["objects"]): string {
  const texts = objects.map(({ object, change }) => `${change.toLowerCase()} ${object}`);
  return texts.length > shownMax ? `${texts[0]} and ${texts.length - 1} more` : texts.join(", ");
}

function table(changes: readonly ChangeSummary[]): string {
  if (changes.length === 0) return "nothing was applied yet\n";
  const rows = changes.map(({ id, at, by, objects, message, undoes }) => [
    String(id),
    at,
    by,
    objectsText(objects),
    undoes === null ? message : `takes back ${undoes}`,
  ]);
  return renderTable(["CHANGE", "AT", "BY", "OBJECTS", "MESSAGE"], rows);
}
