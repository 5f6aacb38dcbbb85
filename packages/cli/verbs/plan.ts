/** `plan`: a dry run of apply. Exit status 1 when there are differences, as diff tools have it. */
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { namedProject, projectOption } from "../arguments/project.ts";
import { fileOption, placedIn, readApplyRequest } from "../arguments/manifests.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { paintChanges } from "../print/paint.ts";
import { isEmptyPlan, renderPlan } from "../print/plan.ts";
import type { Invocation, Verb } from "../verb.ts";
import { throwRefusal } from "./shared/refusal.ts";

export const verb: Verb = {
  configure(command: Command): void {
    fileOption(command);
    projectOption(command, "project of objects that name none");
    command.option("--prune", "also delete what an earlier apply --prune made and these manifests do not name");
    outputOption(command, "json", "yaml");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExit status: 0 nothing would change, 1 something would, 5 it breaks contracts and would be refused, more than 1 trouble.\n\nExamples:\n  netwright plan -f examples/shop.yaml\n  netwright plan -f examples/ --prune\n",
    );
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, options } = invocation;
    const format = formatOf(options);
    const rest = { prune: options["prune"] === true };
    const request = placedIn(
      await readApplyRequest(options["file"] as readonly string[], rest),
      namedProject(invocation),
    );
    const { plan } = await (await connect(invocation)).apply(request, { dryRun: true });
    terminal.out(
      isMachine(format) ? renderMachine(format, plan) : paintChanges(renderPlan(plan), terminal.colors.out, 2),
    );
    throwRefusal(plan);
    return isEmptyPlan(plan) ? 0 : 1;
  },
};
