/** `apply`: makes manifests so, and shows each stage as it passes. */
import type { ApplyResponse, Client, Plan } from "@netwright/api";
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { timeoutOf, waitOptions } from "../arguments/durations.ts";
import { checkFromInternet } from "../lab/reach-check.ts";
import { fileOption, readApplyRequest } from "../arguments/manifests.ts";
import { parseFormat, renderMachine } from "../print/machine.ts";
import { isEmptyPlan, renderPlan } from "../print/plan.ts";
import { followServices } from "../print/progress.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    fileOption(command);
    command.option("--prune", "also delete what an earlier apply --prune made and these manifests do not name");
    command.option("--dry-run", "only show what would happen");
    command.option("-m, --message <text>", "why, for the history");
    command.option("-o, --output <format>", "json or yaml");
    waitOptions(command);
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright apply -f shop.yaml\n  netwright apply -f services/ --prune -m 'spring sale'\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, options } = invocation;
    const started = terminal.clock.monotonic();
    const client = await connect(invocation);
    const message = options["message"] as string | undefined;
    const request = await readApplyRequest(options["file"] as readonly string[], {
      prune: options["prune"] === true,
      ...(message === undefined ? {} : { message }),
    });
    const dryRun = options["dryRun"] === true;
    await settle(invocation, client, await client.apply(request, { dryRun }), dryRun, started);
  },
};

/** What every verb does that changes objects: print the plan or the answer, and wait for services to be ready. */
export async function settle(
  invocation: Invocation,
  client: Client,
  response: ApplyResponse,
  dryRun: boolean,
  started: Milliseconds,
): Promise<void> {
  const { terminal, options } = invocation;
  const format = parseFormat(options["output"] as string | undefined);
  if (format === "json" || format === "yaml") terminal.out(renderMachine(format, response));
  else if (dryRun) terminal.out(renderPlan(response.plan));
  else terminal.out(changedObjects(response.plan));
  const services = changedServices(response.plan);
  if (dryRun || options["wait"] === false || services.length === 0) return;
  await followServices(client, { services, revision: response.revision, timeout: timeoutOf(options) }, terminal);
  await checkFromInternet(invocation, client, services);
  const took = milliseconds(terminal.clock.monotonic() - started);
  terminal.err(`ready in ${formatDuration(took)}\n`);
}

function changedObjects(plan: Plan): string {
  if (isEmptyPlan(plan)) return "nothing to change\n";
  const words = { Create: "created", Update: "changed", Delete: "deleted", Unchanged: "unchanged" } as const;
  return plan.objects.map(({ object, change }) => `${object} ${words[change]}\n`).join("");
}

const changedServices = ({ objects }: Plan): readonly string[] =>
  objects
    .filter(({ object, change }) => /(^|\/)service\//.test(object) && (change === "Create" || change === "Update"))
    .map(({ object }) => object);
