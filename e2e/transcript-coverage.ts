/** Which verbs, options and examples of the command line must stand in a transcript. */
import { loadVerb } from "../packages/cli/command.ts";
import { verbs } from "../packages/cli/registry.ts";

type Command = Awaited<ReturnType<typeof loadVerb>>["command"];

export interface Wanted {
  /** As a person would call it, for messages. */
  readonly what: string;
  readonly isIn: (commands: readonly string[]) => boolean;
}

/** An option that so many verbs share, word for word, is one thing: it is shown once. */
const sharedBy = 4;

interface Leaf {
  /** `netwright lab up`. */
  readonly path: string;
  readonly command: Command;
}

export async function wantedOf(): Promise<readonly Wanted[]> {
  const loaded = await Promise.all(verbs.map(async (entry) => ({ entry, ...(await loadVerb(entry)) })));
  const leaves = loaded.flatMap(({ entry, command, leaves: all }) =>
    all.map((leaf): Leaf => ({
      path: leaf === command ? `netwright ${entry.name}` : `netwright ${entry.name} ${leaf.name()}`,
      command: leaf,
    })),
  );
  const examples = loaded.flatMap(({ entry, command }) => examplesIn(helpOf(entry.name, command)));
  return [...leaves.map(wantedVerb), ...wantedOptions(leaves), ...examples.map(wantedExample)];
}

const wantedVerb = ({ path }: Leaf): Wanted => ({
  what: path,
  isIn: (commands) => commands.some((command) => calls(command, path)),
});

function wantedOptions(leaves: readonly Leaf[]): readonly Wanted[] {
  const uses = leaves.flatMap(({ path, command }) => command.options.map((option) => ({ path, option })));
  return uses.map(({ path, option }) => {
    const same = uses.filter(
      (use) => use.option.flags === option.flags && use.option.description === option.description,
    );
    const paths = same.length >= sharedBy ? same.map((use) => use.path) : [path];
    const words = [option.long, option.short].filter((word) => word !== undefined);
    return {
      what: `${path} ${option.long}`,
      isIn: (commands) =>
        commands.some(
          (command) => paths.some((each) => calls(command, each)) && words.some((word) => hasWord(command, word)),
        ),
    };
  });
}

const wantedExample = (example: string): Wanted => ({
  what: `example: ${example}`,
  // Its output may go elsewhere, and it may be interrupted.
  isIn: (commands) =>
    commands.some((command) => /^( +#| \||;| 2>|$)/.test(command.replace(example, "")) && command.startsWith(example)),
});

const calls = (command: string, path: string): boolean => ` ${command} `.includes(` ${path} `);
const hasWord = (command: string, word: string): boolean => command.split(/[\s=]/).includes(word);

/** Commander adds what was given to `addHelpText` only when it prints. */
function helpOf(name: string, command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text === "" ? name : text;
}

const examplesIn = (help: string): readonly string[] =>
  [...help.matchAll(/^ {2}(netwright .+|source <.+)$/gm)].map(([, example = ""]) => example);
