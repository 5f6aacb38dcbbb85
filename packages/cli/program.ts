/** From arguments to one verb and an exit status. */
import { exitCodes, isNetwrightError, NetwrightError } from "@netwright/base";
import { nearest } from "@netwright/api/kinds/near-miss.ts";
import { Command, CommanderError } from "commander";
import { renderFailure } from "./print/failure.ts";
import { verbs } from "./registry.ts";
import type { Terminal } from "./terminal.ts";
import type { Invocation, VerbEntry } from "./verb.ts";

/** Runs one command line; never throws. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    if (terminal.signal.aborted) return 130;
    if (error instanceof CommanderError) return statusOf(error);
    terminal.err(renderFailure(error, terminal.textOf));
    return isNetwrightError(error) ? exitCodes[error.category] : 1;
  }
}

/** Commander printed help or the mistake itself. */
const statusOf = (error: CommanderError): number => (error.exitCode === 0 ? 0 : exitCodes.usage);

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    terminal.out(overview());
    return 0;
  }
  if (name === "--version" || name === "-V") return dispatch(["version"], terminal);
  const entry = verbs.find((known) => known.name === name);
  if (entry === undefined) throw unknownVerb(name);
  return runVerb(entry, argv.slice(1), terminal);
}

async function runVerb(entry: VerbEntry, argv: readonly string[], terminal: Terminal): Promise<number> {
  const { verb } = await entry.load();
  const command = new Command(`netwright ${entry.name}`);
  command.description(entry.summary);
  verb.configure(command);
  let status = 0;
  for (const leaf of [command, ...command.commands]) {
    leaf.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.err }).showSuggestionAfterError();
    leaf.showHelpAfterError("(add --help for usage)");
    if (leaf === command && command.commands.length > 0) continue;
    leaf.action(async () => {
      status = (await verb.run(invocationOf(leaf, command, terminal))) ?? 0;
    });
  }
  await command.parseAsync([...argv], { from: "user" });
  return status;
}

function invocationOf(leaf: Command, root: Command, terminal: Terminal): Invocation {
  const common = { terminal, args: leaf.args, options: leaf.optsWithGlobals() };
  return leaf === root ? common : { ...common, subcommand: leaf.name() };
}

function overview(): string {
  const width = Math.max(...verbs.map(({ name }) => name.length));
  const groups = [...new Set(verbs.map(({ group }) => group))];
  const section = (group: string): string =>
    `\n${group}\n${verbs
      .filter((verb) => verb.group === group)
      .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`)
      .join("")}`;
  return [
    "Netwright turns network services into software: a manifest becomes a public, guarded, load-balanced service.\n",
    "\nUsage: netwright VERB [ARGUMENTS] [OPTIONS]      netwright VERB --help\n",
    ...groups.map(section),
    "\nExit status: 0 done, 1 failed (plan, diff: there are differences), 2 usage, 3 not found, 4 invalid manifest,\n",
    "5 conflict, 6 unavailable or timed out, 130 interrupted.\n",
  ].join("");
}

function unknownVerb(name: string): NetwrightError {
  const near = nearest(
    name,
    verbs.map((verb) => verb.name),
  );
  const hint = near === undefined ? "netwright --help lists the verbs" : `did you mean ${near}?`;
  return new NetwrightError("NW1001", `there is no verb ${JSON.stringify(name)}`, { hint });
}
