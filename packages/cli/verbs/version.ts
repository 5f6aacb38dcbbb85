import type { Command } from "commander";
import { formatOf, outputOption } from "../arguments/output.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { productVersion } from "../version.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    outputOption(command, "json", "yaml");
    command.addHelpText("after", "\nExample:\n  netwright version\n");
  },
  async run({ terminal, options }: Invocation): Promise<void> {
    const format = formatOf(options);
    const facts = { version: productVersion, node: process.version };
    terminal.out(
      isMachine(format) ? renderMachine(format, facts) : `netwright ${productVersion} (Node ${process.version})\n`,
    );
  },
};
