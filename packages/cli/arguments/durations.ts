/** `--timeout` and `--no-wait`, alike on every verb that waits. */
import { parseDuration } from "@netwright/api";
import { isNetwrightError, milliseconds, seconds, type Milliseconds } from "@netwright/base";
import { InvalidArgumentError, Option, type Command } from "commander";

export function waitOptions(command: Command): void {
  command.option("--no-wait", "return as soon as the change is stored");
  timeoutOption(command);
}

export function timeoutOption(command: Command): void {
  command.addOption(
    new Option("--timeout <span>", "how long to wait").argParser(parseTimeout).default(seconds(60), "60s"),
  );
}

export const timeoutOf = (options: Readonly<Record<string, unknown>>): Milliseconds =>
  options["timeout"] as Milliseconds;

function parseTimeout(text: string): Milliseconds {
  try {
    return parseDuration(text, { min: milliseconds(1), max: seconds(86_400) });
  } catch (error) {
    throw new InvalidArgumentError(
      isNetwrightError(error) ? (error.diagnostics[0]?.hint ?? error.message) : String(error),
    );
  }
}
