/**
 * Commands that the documents show. In README.md and docs, a fenced block `console` or `sh` whose first line begins
 * with `$ ` is a session: what follows a `$ ` is typed, the other lines are what it printed. The docs test (e2e) runs
 * every command of kind `run` in a live lab. One that cannot be run there says why in a comment before its block:
 * `<!-- not run: REASON -->`.
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
}

/** Commands that something else runs: the whole line, and what. */
const runElsewhere: Readonly<Record<string, string>> = {
  "npm run demo": "its own end-to-end test",
  "npm run demo -- --down": "the end-to-end test of the demo",
  "npm test": "the gate itself",
  "npm run check": "the gate itself",
  ".ci/run": "the gate itself",
  "npm run bench": "measuring takes a quiet machine",
  "tools/setup": "every run of the gate",
  "tools/setup --check": "the tests of set-up",
  "tools/setup --undo": "it would take away what the tests need",
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
  readonly reason: string | undefined;
}

export function extractCommands(file: string, markdown: string): readonly DocsCommand[] {
  return sessionBlocks(markdown).flatMap((block) => commandsOfBlock(file, block));
}

function sessionBlocks(markdown: string): readonly Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  let reason: string | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index] ?? "";
    const [, indent, fence, language] = /^(\s*)(```+|~~~+)\s*(\w*)/.exec(text) ?? [];
    if (indent === undefined || fence === undefined) {
      const remark = /^\s*<!-- not run: (.+?) -->\s*$/.exec(text);
      if (remark !== null || text.trim() !== "") reason = remark?.[1];
      continue;
    }
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    const inside = lines.slice(index + 1, end === -1 ? undefined : end).map((line) => line.slice(indent.length));
    if ((language === "console" || language === "sh") && inside[0]?.startsWith("$ ") === true) {
      blocks.push({ line: index + 2, lines: inside, reason });
    }
    reason = undefined;
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
    commands.push({ file, line, command: command.trim(), output, ...judge(command.trim(), block.reason) });
  }
  return commands;
}

function judge(command: string, reason: string | undefined): Pick<DocsCommand, "kind" | "reason"> {
  const why = reason ?? runElsewhere[command];
  if (why !== undefined) return { kind: "explained", reason: why };
  return { kind: /^netwright( |$)/.test(command) ? "run" : "unknown" };
}
