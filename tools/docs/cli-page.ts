/** The reference page of the command line, from the registry of verbs and what each tells commander. */
import { exitCodes, type Category } from "@netwright/base";
import { systemClock } from "@netwright/base/node-clock.ts";
import { loadVerb, type LoadedVerb } from "@netwright/cli/command.ts";
import { verbs } from "@netwright/cli/registry.ts";
import type { Terminal } from "@netwright/cli/terminal.ts";
import type { Verb, VerbEntry } from "@netwright/cli/verb.ts";
import { generatedFrom, markdownTable, paragraphs } from "./markdown.ts";

type Command = LoadedVerb["command"];
type Option = Command["options"][number];

const intro = `# Command line

\`netwright VERB [ARGUMENTS] [OPTIONS]\`. \`netwright --help\` lists the verbs, \`netwright VERB --help\` says what stands
here.

What goes to standard output is the answer; progress and errors go to standard error. \`-o json\` and \`-o yaml\` are
stable forms for programs; tables for people may change. Colour appears on terminals only and obeys \`NO_COLOR\` and
\`FORCE_COLOR\`.`;

const connection = `## Which server

Flags go before environment variables, and those before the lab that runs on this machine.

| flag | environment | what |
| --- | --- | --- |
| \`--lab NAME\` | \`NETWRIGHT_LAB\` | the server of this lab; not needed while there is one |
| \`--server URL\` | \`NETWRIGHT_SERVER\` | \`unix:PATH\` or \`https://HOST:PORT\` |
| \`--token-file FILE\` | \`NETWRIGHT_TOKEN_FILE\` | file that holds the token; a lab's own when left out |
| \`--project NAME\` | \`NETWRIGHT_PROJECT\` | the project of objects that name none; the token's own, else \`default\`, when left out |
| \`--ca-file FILE\` | \`NETWRIGHT_CA_FILE\` | certificate authority of the server |`;

const connectionFlags = new Set(["--lab", "--server", "--token-file", "--ca-file"]);

function exitTable(): string {
  const byCode = Map.groupBy(Object.entries(exitCodes) as [Category, number][], ([, code]) => code);
  const rows = [...byCode]
    .toSorted(([a], [b]) => a - b)
    .map(([code, list]) => [String(code), list.map(([category]) => category).join(", ")]);
  return paragraphs(
    "## Exit status",
    `0 is done. Other statuses follow from the category of the [error](errors.md). Verbs that answer a question (\`plan\`,
\`diff\`, \`trace\`, \`doctor\`) use 1 for the other answer; \`exec\` and \`lab exec\` pass on what they ran. 130 is Ctrl-C.`,
    markdownTable(["status", "categories"], [["0", ""], ...rows, ["130", "interrupted"]]),
  );
}

/** What commander prints below the options: examples and the meaning of the exit status. */
function afterwords(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  const after = text.slice(command.helpInformation().length).trim();
  return after === "" ? "" : `\`\`\`text\n${after}\n\`\`\``;
}

function optionRow(option: Option): readonly string[] {
  const { flags, description, defaultValue, defaultValueDescription, mandatory, argChoices } = option;
  const preset =
    defaultValue === undefined || defaultValue === true ? "" : (defaultValueDescription ?? String(defaultValue));
  const choices = argChoices === undefined ? "" : `: ${argChoices.map((choice) => `\`${choice}\``).join(", ")}`;
  return [`\`${flags}\``, description + choices, preset === "" ? (mandatory ? "required" : "") : `\`${preset}\``];
}

function commandTables(command: Command, path: string): string {
  const usage = [path, command.usage().replaceAll("[options]", "[OPTIONS]")].join(" ").trim();
  const args = command.registeredArguments.map((each) => [
    `\`${each.name()}\``,
    each.description,
    each.required ? "required" : "",
  ]);
  const shared = command.options.some(({ long }) => long === "--server");
  const options = command.options.filter(({ long }) => !shared || !connectionFlags.has(long ?? ""));
  return paragraphs(
    `\`\`\`text\n${usage}\n\`\`\``,
    markdownTable(["argument or option", "what", "default"], [...args, ...options.map(optionRow)]),
    shared ? "It talks to a [server](#which-server)." : "",
  );
}

/** A verb that reads its own arguments tells its usage when it is run without any. */
async function ownUsage(verb: Verb): Promise<string> {
  let text = "";
  const terminal: Terminal = {
    out: (part) => void (text += part),
    err: () => {},
    stdin: (async function* nothing() {})(),
    textOf: () => undefined,
    live: false,
    screen: null,
    colors: { out: false, err: false },
    env: {},
    cwd: "/",
    clock: systemClock,
    signal: new AbortController().signal,
  };
  await verb.run({ terminal, args: ["--help"], options: {} });
  return `\`\`\`text\n${text.trim()}\n\`\`\``;
}

async function section(entry: VerbEntry): Promise<string> {
  const { verb, command, leaves } = await loadVerb(entry);
  const path = `netwright ${entry.name}`;
  const title = paragraphs(`### ${entry.name}`, `${entry.summary}.`);
  // `--help` is not commander's there: the verb is a program.
  if (!command.helpInformation().includes("--help")) return paragraphs(title, await ownUsage(verb));
  const tables = leaves.map((leaf) =>
    leaf === command
      ? commandTables(leaf, path)
      : paragraphs(
          `#### ${entry.name} ${leaf.name()}`,
          `${leaf.description()}.`,
          commandTables(leaf, `${path} ${leaf.name()}`),
        ),
  );
  return paragraphs(title, ...tables, afterwords(command));
}

export async function renderCliPage(): Promise<string> {
  const shown = verbs.filter(({ hidden }) => hidden !== true);
  const groups = Map.groupBy(shown, ({ group }) => group);
  const sections = await Promise.all(
    [...groups].map(async ([group, entries]) =>
      paragraphs(`## ${group}`, ...(await Promise.all(entries.map(section)))),
    ),
  );
  return paragraphs(generatedFrom("packages/cli"), intro, connection, exitTable(), ...sections);
}
