/**
 * What the documents show and a reader would do. In README.md and docs, a fenced block `console` or `sh` whose first
 * line begins with `$ ` is a session: what follows a `$ ` is typed, the other lines are what it printed. The docs test
 * (e2e) runs every command of kind `run` in a live lab. A comment before a block says what is special about it:
 *
 *     <!-- not run: REASON -->     cannot be run by the test
 *     <!-- exits: STATUS -->       its last command ends with this status, which is not 0
 *     <!-- file: NAME -->          a block of any language: the reader saves it under this name
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

export interface DocsCommand {
  readonly file: string;
  readonly line: number;
  /** As typed, continuation lines joined. */
  readonly command: string;
  /** The lines shown below it; `...` alone on a line stands for any lines. */
  readonly output: readonly string[];
  /** `run` by the docs test; `explained` is not, for the reason given; `unknown` is a defect of the document. */
  readonly kind: "run" | "explained" | "unknown";
  readonly reason?: string;
  /** Exit status, where it is not 0. */
  readonly exits?: number;
}

/** A file that the reader is told to save. */
export interface DocsFile {
  readonly file: string;
  readonly line: number;
  readonly kind: "save";
  /** Relative to the directory that the reader works in. */
  readonly name: string;
  readonly text: string;
}

/** Commands that something else runs: the whole line, and what. */
const runElsewhere: Readonly<Record<string, string>> = {
  "npm test": "the gate itself",
  "npm run check": "the gate itself",
  ".ci/run": "the gate itself",
  "npm run bench": "measuring takes a quiet machine",
  "npm run judge": "weeks of traffic take minutes",
  "npm run judge -- --trace worldcup98.csv.gz --only 'real|101'": "it needs a file that the reader fetches",
  "samples/notes/build": "every run of the gate, before its labs",
  "tools/setup": "every run of the gate",
  "tools/setup --check": "the tests of set-up",
  "tools/setup --undo": "it would take away what the tests need",
};

/** What the docs test runs for a command that would also set the machine up. */
export const runInstead: Readonly<Record<string, string>> = {
  "npm run demo": 'node "$REPOSITORY/tools/demo.ts"',
  "npm run demo -- --down": 'node "$REPOSITORY/tools/demo.ts" --down',
};

/** Paths of the documents, from the root of the repository. */
export function documents(): readonly string[] {
  return ["README.md", "docs/**/*.md"].flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted();
}

export function commandsOf(file: string): readonly DocsCommand[] {
  return extractCommands(file, readFileSync(join(root, file), "utf8"));
}

interface Block {
  /** Line of the first line inside the fence, counted from 1. */
  readonly line: number;
  readonly lines: readonly string[];
  readonly language: string;
  /** By word, for example `not run`. */
  readonly remarks: Readonly<Record<string, string>>;
}

export function extractCommands(file: string, markdown: string): readonly DocsCommand[] {
  return extractSteps(file, markdown).filter((step) => step.kind !== "save");
}

/** Commands and files, in the order of the page. */
export function stepsOf(file: string): readonly (DocsCommand | DocsFile)[] {
  return extractSteps(file, readFileSync(join(root, file), "utf8"));
}

export function extractSteps(file: string, markdown: string): readonly (DocsCommand | DocsFile)[] {
  return blocksOf(markdown).flatMap((block): readonly (DocsCommand | DocsFile)[] => {
    const { line, lines, language, remarks } = block;
    const name = remarks["file"];
    if (name !== undefined) return [{ file, line, kind: "save", name, text: `${lines.join("\n")}\n` }];
    const isSession = (language === "console" || language === "sh") && lines[0]?.startsWith("$ ") === true;
    return isSession ? commandsOfBlock(file, block) : [];
  });
}

function blocksOf(markdown: string): readonly Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  let remarks: Record<string, string> = {};
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index] ?? "";
    const [, indent, fence, language] = /^(\s*)(```+|~~~+)\s*(\w*)/.exec(text) ?? [];
    if (indent === undefined || fence === undefined || language === undefined) {
      const [, name, value] = /^\s*<!-- (not run|exits|file): (.+?) -->\s*$/.exec(text) ?? [];
      if (name !== undefined && value !== undefined) remarks[name] = value;
      else if (text.trim() !== "") remarks = {};
      continue;
    }
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    const inside = lines.slice(index + 1, end === -1 ? undefined : end).map((line) => line.slice(indent.length));
    blocks.push({ line: index + 2, lines: inside, language, remarks });
    remarks = {};
    index = end === -1 ? lines.length : end;
  }
  return blocks;
}

function commandsOfBlock(file: string, block: Block): readonly DocsCommand[] {
  const commands: DocsCommand[] = [];
  for (let index = 0; index < block.lines.length;) {
    const line = block.line + index;
    let command = (block.lines[index] ?? "").slice(2);
    index += 1;
    while (command.endsWith("\\") && index < block.lines.length) {
      command = `${command.slice(0, -1).trimEnd()} ${(block.lines[index] ?? "").replace(/^(> )?\s*/, "")}`;
      index += 1;
    }
    const start = index;
    while (index < block.lines.length && block.lines[index]?.startsWith("$ ") === false) index += 1;
    const output = block.lines.slice(start, index);
    commands.push({ file, line, command: command.trim(), output, ...judge(command.trim(), block.remarks["not run"]) });
  }
  const [last, exits] = [commands.pop(), block.remarks["exits"]];
  if (last === undefined) return commands;
  return [...commands, exits === undefined ? last : { ...last, exits: Number(exits) }];
}

function judge(command: string, reason: string | undefined): Pick<DocsCommand, "kind" | "reason"> {
  const why = reason ?? runElsewhere[command];
  if (why !== undefined) return { kind: "explained", reason: why };
  // Ours, and what others make certificates and images with.
  const isRun = /^(netwright|openssl|skopeo|umoci)( |$)/.test(command) || Object.hasOwn(runInstead, command);
  return { kind: isRun ? "run" : "unknown" };
}
