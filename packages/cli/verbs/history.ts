/** `history`: what was applied, newest first. */
import type { Change, ChangeSummary, WireObject } from "@netwright/api";
import { formatDuration, milliseconds } from "@netwright/base";
import type { Command } from "commander";
import { stringify } from "yaml";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { wholeNumber } from "../arguments/manifests.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { renderLineDiff } from "../print/line-diff.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { paintChanges } from "../print/paint.ts";
import { stepText } from "../print/progress.ts";
import { renderFields, renderTable } from "../print/table.ts";
import { timeText } from "../print/times.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[change]", "the number of one change, to see what it did", wholeNumber);
    outputOption(command, "json", "yaml");
    connectionOptions(command);
    command.addHelpText("after", "\nExamples:\n  netwright history\n  netwright history 1 -o yaml\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const format = formatOf(options);
    const client = await connect(invocation);
    if (args[0] === undefined) {
      const changes = await client.changes();
      terminal.out(isMachine(format) ? renderMachine(format, changes) : renderChanges(changes));
      return;
    }
    const change = await client.change(Number(args[0]));
    const { out } = terminal.colors;
    terminal.out(isMachine(format) ? renderMachine(format, change) : paintChanges(renderChange(change), out));
  },
};

function renderChanges(changes: readonly ChangeSummary[]): string {
  if (changes.length === 0) return "nothing was applied yet\n";
  const rows = changes.map(({ id, at, by, objects, message, undoes }) => [
    String(id),
    timeText(at),
    by,
    objectsText(objects),
    messageText(message, undoes),
  ]);
  return renderTable(["CHANGE", "AT", "BY", "OBJECTS", "MESSAGE"], rows);
}

const messageText = (message: string, undoes: number | null): string =>
  undoes === null ? message : `takes back ${undoes}`;

/** More than these are counted; `history NUMBER` has all. */
const shownMax = 3;

function objectsText(objects: ChangeSummary["objects"]): string {
  const texts = objects.map(({ object, change }) => `${change.toLowerCase()} ${object}`);
  return texts.length > shownMax ? `${texts[0]} and ${texts.length - 1} more` : texts.join(", ");
}

function renderChange({ id, at, by, message, undoes, objects, rollouts, accepted = [] }: Change): string {
  const told = messageText(message, undoes);
  const overrides = accepted.map(({ clause, reason }) => `${clause} does not hold: ${reason}`);
  const facts = [
    ["at", timeText(at)],
    ["by", by],
    ...(told === "" ? [] : [["message", told]]),
    ...(overrides.length === 0 ? [] : [["accepted", overrides.join("\n")]]),
  ] as const;
  const bodies = objects.map(
    ({ object, change, before, after }) =>
      `\n${renderLineDiff(specText(before), specText(after), `${change.toLowerCase()} ${object}`)}`,
  );
  return `change ${id}\n${renderFields(facts as readonly (readonly [string, string])[], "  ")}${bodies.join("")}${rollouts.map(rolloutText).join("")}`;
}

function rolloutText({ object, rollout: { took, steps } }: Change["rollouts"][number]): string {
  const how = took === null ? "under way" : `took ${formatDuration(milliseconds(took))}`;
  return `\nrollout of ${object}: ${how}\n${steps.map((step) => `  ${stepText(step)}\n`).join("")}`;
}

const specText = (object: WireObject | null): string =>
  object === null ? "" : stringify(object.spec, { lineWidth: 0 });
