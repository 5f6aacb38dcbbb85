/** `-o`, alike on every verb that has it. */
import { Option, type Command } from "commander";
import type { OutputFormat } from "../print/machine.ts";

type Choice = Exclude<OutputFormat, "table">;

/** Other forms than the one for people; commander refuses what is not named here. */
export function outputOption(command: Command, ...choices: readonly Choice[]): void {
  command.addOption(new Option("-o, --output <format>", "instead of the form for people").choices([...choices]));
}

export const formatOf = (options: Readonly<Record<string, unknown>>): OutputFormat =>
  (options["output"] as OutputFormat | undefined) ?? "table";
