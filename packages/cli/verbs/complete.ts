/** `__complete`: candidates for the last word, one a line. Never a message, never a failure, never long. */
import { milliseconds } from "@netwright/base";
import { findLab } from "@netwright/lab";
import type { Command } from "commander";
import { connect, connectionOptions, labOf } from "../arguments/connection.ts";
import { candidatesFor } from "../completion/candidates.ts";
import { liveNames } from "../completion/names.ts";
import { labContext } from "../lab/context.ts";
import type { Invocation, Verb } from "../verb.ts";

/** A person waits with a finger on the key. */
const patience = milliseconds(1000);

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[words...]", "after --");
    connectionOptions(command);
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args } = invocation;
    const names = liveNames({
      client: () => connect(invocation),
      topology: async () => (await findLab(labContext, labOf(invocation))).record.topology,
    });
    const late = terminal.clock.sleep(patience, terminal.signal).then(() => []);
    const found = await Promise.race([candidatesFor(args, names).catch(() => []), late]);
    terminal.out(found.map((candidate) => `${candidate}\n`).join(""));
  },
};
