/** A verb as commander knows it: what is run, completed and tested is the same. */
import { Command } from "commander";
import type { Verb, VerbEntry } from "./verb.ts";

export interface LoadedVerb {
  readonly verb: Verb;
  readonly command: Command;
  /** The command itself, or its subcommands where it has some. */
  readonly leaves: readonly Command[];
}

export async function loadVerb(entry: VerbEntry): Promise<LoadedVerb> {
  const { verb } = await entry.load();
  const command = new Command(`netwright ${entry.name}`).description(entry.summary);
  verb.configure(command);
  return { verb, command, leaves: command.commands.length > 0 ? command.commands : [command] };
}
