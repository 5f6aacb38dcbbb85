/** What every verb does that changes objects: print the plan or the answer, and wait for services to be ready. */
import type { ApplyResponse, Client, Plan } from "@netwright/api";
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import type { Command } from "commander";
import { timeoutOf, waitOptions } from "../../arguments/durations.ts";
import { formatOf, outputOption } from "../../arguments/output.ts";
import { checkFromInternet } from "../../lab/reach-check.ts";
import { isMachine, renderMachine } from "../../print/machine.ts";
import { paintChanges } from "../../print/paint.ts";
import { isEmptyPlan, renderPlan } from "../../print/plan.ts";
import { followServices } from "../../print/progress.ts";
import type { Invocation } from "../../verb.ts";
import { throwRefusal } from "./refusal.ts";

/** The options that `settle` reads. */
export function settleOptions(command: Command): void {
  command.option("--dry-run", "only show what would happen");
  outputOption(command, "json", "yaml", "name");
  waitOptions(command);
}

/** @param started monotonic: the time that is told in the end counts from there. */
export async function settle(
  invocation: Invocation,
  client: Client,
  response: ApplyResponse,
  started: Milliseconds,
): Promise<void> {
  const { terminal, options } = invocation;
  const dryRun = options["dryRun"] === true;
  terminal.out(answerText(invocation, response, dryRun));
  throwRefusal(response.plan);
  const services = changedServices(response.plan);
  if (dryRun || options["wait"] === false || services.length === 0) return;
  await followServices(client, { services, revision: response.revision, timeout: timeoutOf(options) }, terminal);
  await checkFromInternet(invocation, client, services);
  const took = milliseconds(terminal.clock.monotonic() - started);
  terminal.err(`ready in ${formatDuration(took)}\n`);
}

function answerText({ terminal, options }: Invocation, response: ApplyResponse, dryRun: boolean): string {
  const format = formatOf(options);
  if (isMachine(format)) return renderMachine(format, response);
  if (format === "name") return namesOf(response.plan);
  return dryRun ? paintChanges(renderPlan(response.plan), terminal.colors.out, 2) : changedObjects(response.plan);
}

const namesOf = ({ objects }: Plan): string =>
  objects
    .filter(({ change }) => change !== "Unchanged")
    .map(({ object }) => `${object}\n`)
    .join("");

function changedObjects(plan: Plan): string {
  if (isEmptyPlan(plan)) return "nothing to change\n";
  const words = { Create: "created", Update: "changed", Delete: "deleted", Unchanged: "unchanged" } as const;
  return plan.objects.map(({ object, change }) => `${object} ${words[change]}\n`).join("");
}

/** Those that the plan names, and those that run what it changes. */
function changedServices({ objects, replaced }: Plan): readonly string[] {
  const named = objects
    .filter(({ object, change }) => /(^|\/)service\//.test(object) && (change === "Create" || change === "Update"))
    .map(({ object }) => object);
  return [...new Set([...named, ...replaced.map(({ object }) => object)])];
}
