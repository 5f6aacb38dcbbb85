/** `undo`: puts back the objects as they were before a change; the newest one when none is named. */
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { wholeNumber } from "../arguments/manifests.ts";
import type { Invocation, Verb } from "../verb.ts";
import { settle, settleOptions } from "./shared/settle.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[change]", "number of the change, as history lists it", wholeNumber);
    settleOptions(command);
    connectionOptions(command);
    command.addHelpText("after", "\nExamples:\n  netwright undo\n  netwright undo 3 --dry-run\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const started = terminal.clock.monotonic();
    const client = await connect(invocation);
    const id = args[0] === undefined ? (await client.changes())[0]?.id : Number(args[0]);
    if (id === undefined) throw new NetwrightError("NW1501", "there is no change to take back");
    await settle(invocation, client, await client.undo(id, { dryRun: options["dryRun"] === true }), started);
  },
};
