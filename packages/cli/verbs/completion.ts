/** `completion`: a script for a shell; names in it complete live. */
import { Argument, type Command } from "commander";
import { completionScripts, shells, type Shell } from "../completion/scripts.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.addArgument(new Argument("<shell>", "the shell that you use").choices([...shells]));
    command.addHelpText("after", "\nExample:\n  source <(netwright completion bash)\n");
  },
  async run({ terminal, args }: Invocation): Promise<void> {
    terminal.out(completionScripts[args[0] as Shell]);
  },
};
