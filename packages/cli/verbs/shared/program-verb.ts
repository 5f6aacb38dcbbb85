/** A verb that is a program of its own: it reads its arguments itself. */
import type { Command } from "commander";
import type { Invocation, Verb } from "../../verb.ts";

export function programVerb(usage: string, main: (argv: readonly string[]) => Promise<number>): Verb {
  return {
    endsBySignal: true,
    configure(command: Command): void {
      command.helpOption(false).allowUnknownOption().argument("[arguments...]");
    },
    async run({ terminal, args }: Invocation): Promise<number> {
      if (args.includes("--help") || args.includes("-h") || args.length === 0) {
        terminal.out(usage);
        return 0;
      }
      return main(args);
    },
  };
}
