import { productVersion } from "@netwright/base/version.ts";
import type { Command } from "commander";
import { formatOf, outputOption } from "../arguments/output.ts";
import type { Invocation, Verb } from "../verb.ts";

/** Loads nothing that it does not need: it is what a start of the program is measured by. */
export const verb: Verb = {
  configure(command: Command): void {
    outputOption(command, "json");
    command.addHelpText("after", "\nExample:\n  netwright version\n");
  },
  async run({ terminal, options }: Invocation): Promise<void> {
    const facts = { version: productVersion, node: process.version };
    const text = `netwright ${productVersion} (Node ${process.version})`;
    terminal.out(`${formatOf(options) === "json" ? JSON.stringify(facts, null, 2) : text}\n`);
  },
};
