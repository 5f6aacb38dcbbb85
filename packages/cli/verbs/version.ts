import type { Command } from "commander";
import { productVersion } from "../version.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.option("-o, --output <format>", "json");
  },
  async run({ terminal, options }: Invocation): Promise<void> {
    const facts = { version: productVersion, node: process.version };
    terminal.out(
      options["output"] === "json"
        ? `${JSON.stringify(facts)}\n`
        : `netwright ${productVersion} (Node ${process.version})\n`,
    );
  },
};
