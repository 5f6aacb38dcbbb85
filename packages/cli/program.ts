/** From arguments to one verb and an exit status. */
import { exitCodes, isNetwrightError, NetwrightError } from "@netwright/base";
import { nearest } from "@netwright/api/kinds/near-miss.ts";
import { CommanderError, type Command } from "commander";
import { loadVerb } from "./command.ts";
import { overview } from "./overview.ts";
import { renderFailure } from "./print/failure.ts";
import { verbs } from "./registry.ts";
import type { Terminal } from "./terminal.ts";
import type { Invocation, VerbEntry } from "./verb.ts";

/** Of a command line that a person interrupted, as shells have it: 128 + SIGINT. */
const interrupted = 130;

/** Runs one command line; never throws. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    if (terminal.signal.aborted) return interrupted;
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure = error instanceof CommanderError ? usageError(error, argv) : error;
    terminal.err(renderFailure(failure, terminal.textOf, terminal.colors.err));
    return isNetwrightError(failure) ? exitCodes[failure.category] : 1;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    terminal.out(overview(verbs));
    return 0;
  }
  if (name === "help") return dispatch([...rest, "--help"], terminal);
  if (name === "--version" || name === "-V") return dispatch(["version"], terminal);
  const entry = verbs.find((known) => known.name === name);
  if (entry === undefined) throw unknownVerb(name);
  return runVerb(entry, rest, terminal);
}

async function runVerb(entry: VerbEntry, argv: readonly string[], terminal: Terminal): Promise<number> {
  const { verb, command, leaves } = await loadVerb(entry);
  let status = 0;
  for (const each of new Set([command, ...leaves])) {
    each.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: () => {} });
  }
  for (const leaf of leaves) {
    leaf.action(async () => {
      status = (await verb.run(invocationOf(leaf, command, terminal))) ?? 0;
    });
  }
  await command.parseAsync([...argv], { from: "user" });
  return terminal.signal.aborted && verb.endsBySignal !== true ? interrupted : status;
}

function invocationOf(leaf: Command, root: Command, terminal: Terminal): Invocation {
  const common = { terminal, args: leaf.args, options: leaf.optsWithGlobals() };
  return leaf === root ? common : { ...common, subcommand: leaf.name() };
}

function unknownVerb(name: string): NetwrightError {
  const names = verbs.filter(({ hidden }) => hidden !== true).map((verb) => verb.name);
  const near = nearest(name, names);
  const hint = near === undefined ? "netwright --help lists the verbs" : `did you mean ${near}?`;
  return new NetwrightError("NW1001", `there is no verb ${JSON.stringify(name)}`, { hint });
}

/** What commander found wrong, in the form of every other error. */
function usageError({ code, message }: CommanderError, argv: readonly string[]): NetwrightError {
  // It prints the whole help where a subcommand is missing.
  const text = code === "commander.help" ? `${argv.join(" ")} needs a subcommand` : message.replace(/^error: /, "");
  const [, what = text, suggestion] = /^([^]*?)\n?\(Did you mean (?:one of )?(.+)\?\)$/.exec(text) ?? [];
  const words = argv.filter((word) => !word.startsWith("-")).slice(0, 1);
  const hint = suggestion === undefined ? `netwright ${words.join(" ")} --help` : `did you mean ${suggestion}?`;
  return new NetwrightError("NW1001", what.trim().replaceAll("\n", " "), { hint });
}
