/** What the last of some words may become: verbs, subcommands, options, their values, names. */
import type { Command, Option } from "commander";
import { loadVerb } from "../command.ts";
import { verbs } from "../registry.ts";
import type { Names } from "./names.ts";

/** @param words after `netwright`; the last one, which may be empty, is the one to complete. */
export async function candidatesFor(words: readonly string[], names: Names): Promise<readonly string[]> {
  const word = words.at(-1) ?? "";
  const all = await everyCandidate(words.slice(0, -1), word, names);
  return all.filter((candidate) => candidate.startsWith(word)).toSorted();
}

async function everyCandidate(before: readonly string[], word: string, names: Names): Promise<readonly string[]> {
  const [name, ...rest] = before;
  if (name === undefined) return verbs.filter(({ hidden }) => hidden !== true).map((verb) => verb.name);
  const entry = verbs.find((verb) => verb.name === name);
  if (entry === undefined) return [];
  const { command } = await loadVerb(entry);
  if (command.commands.length === 0) return ofLeaf(command, name, rest, word, names);
  const [subcommand, ...more] = rest;
  if (subcommand === undefined) return command.commands.map((leaf) => leaf.name());
  const leaf = command.commands.find((each) => each.name() === subcommand);
  return leaf === undefined ? [] : ofLeaf(leaf, `${name} ${subcommand}`, more, word, names);
}

async function ofLeaf(
  leaf: Command,
  verb: string,
  before: readonly string[],
  word: string,
  names: Names,
): Promise<readonly string[]> {
  // What follows `--` belongs to another program.
  if (before.includes("--")) return [];
  const option = leaf.options.find((each) => isNamed(each, before.at(-1)));
  if (option !== undefined) return option.argChoices ?? names.ofOption(option.long ?? "");
  if (word.startsWith("-")) return [...leaf.options.flatMap(({ long }) => long ?? []), "--help"];
  const known = leaf.registeredArguments[0]?.argChoices;
  return known ?? names.ofArgument(verb, positionals(leaf, before));
}

/** True when the word is this option and its value comes next. */
const isNamed = ({ required, optional, long, short }: Option, word: string | undefined): boolean =>
  (required || optional) && word !== undefined && (word === long || word === short);

/** Words that are neither options nor their values. */
function positionals(leaf: Command, words: readonly string[]): readonly string[] {
  return words.filter((word, index) => {
    const previous = words[index - 1];
    const isValue = leaf.options.some((option) => isNamed(option, previous));
    return !word.startsWith("-") && !isValue;
  });
}
