/** `apply`: makes manifests so, and shows each stage as it passes. */
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { namedProject, projectOption } from "../arguments/project.ts";
import { fileOption, placedIn, readApplyRequest } from "../arguments/manifests.ts";
import type { Invocation, Verb } from "../verb.ts";
import { settle, settleOptions } from "./shared/settle.ts";

export const verb: Verb = {
  configure(command: Command): void {
    fileOption(command);
    projectOption(command, "project of objects that name none");
    command.option("--prune", "also delete what an earlier apply --prune made and these manifests do not name");
    command.option("-m, --message <text>", "why, for the history");
    settleOptions(command);
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright apply -f examples/shop.yaml\n  netwright apply -f examples/ --prune -m 'spring sale'\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, options } = invocation;
    const started = terminal.clock.monotonic();
    const message = options["message"] as string | undefined;
    const rest = { prune: options["prune"] === true, ...(message === undefined ? {} : { message }) };
    const request = placedIn(
      await readApplyRequest(options["file"] as readonly string[], rest),
      namedProject(invocation),
    );
    const client = await connect(invocation);
    const response = await client.apply(request, { dryRun: options["dryRun"] === true });
    await settle(invocation, client, response, started);
  },
};
