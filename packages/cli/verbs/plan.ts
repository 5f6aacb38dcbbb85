/** `plan`: a dry run of apply. Exit status 1 when there are differences, as diff tools have it. */
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { fileOption, readApplyRequest } from "../arguments/manifests.ts";
import { parseFormat, renderMachine } from "../print/machine.ts";
import { isEmptyPlan, renderPlan } from "../print/plan.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    fileOption(command);
    command.option("--prune", "also delete what an earlier apply --prune made and these manifests do not name");
    command.option("-o, --output <format>", "json or yaml");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExit status: 0 nothing would change, 1 something would, more than 1 trouble.\n\nExample:\n  netwright plan -f shop.yaml\n",
    );
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, options } = invocation;
    const format = parseFormat(options["output"] as string | undefined);
    const request = await readApplyRequest(options["file"] as readonly string[], { prune: options["prune"] === true });
    const { plan } = await (await connect(invocation)).apply(request, { dryRun: true });
    terminal.out(format === "json" || format === "yaml" ? renderMachine(format, plan) : renderPlan(plan));
    return isEmptyPlan(plan) ? 0 : 1;
  },
};
