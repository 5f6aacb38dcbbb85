/** `--timeout` and `--no-wait`, alike on every verb that waits. */
import { parseDuration } from "@netwright/api";
import { isNetwrightError, milliseconds, seconds, type Milliseconds } from "@netwright/base";
import { InvalidArgumentError, type Command } from "commander";

export function waitOptions(command: Command): void {
  command.option("--no-wait", "return as soon as the change is stored");
  timeoutOption(command);
}

export function timeoutOption(command: Command): void {
  command.option("--timeout <span>", "how long to wait, for example 30s", parseTimeout, seconds(60));
}

export const timeoutOf = (options: Readonly<Record<string, unknown>>): Milliseconds => options["timeout"] as Milliseconds;

function parseTimeout(text: string): Milliseconds {
  try {
    return parseDuration(text, { min: milliseconds(1), max: seconds(86_400) });
  } catch (error) {
    throw new InvalidArgumentError(isNetwrightError(error) ? (error.diagnostics[0]?.hint ?? error.message) : String(error));
  }
}
