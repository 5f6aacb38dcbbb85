/** The thin shell around nft: list one table, load one script. */
import { messageOf, NetwrightError } from "@netwright/base";
import { nftTable, type NodeSystem, type Problem, type RunOptions, type Slot } from "@netwright/contract";
import { concurrently } from "../concurrently.ts";
import { parseTable, type TableHave } from "./parse.ts";
import type { TableSpec } from "./table.ts";

/** One transaction in one namespace; null is the node's own. */
export interface NftChange {
  readonly netns: string | null;
  readonly script: string;
}

const within = (netns: string | null): RunOptions => (netns === null ? {} : { netns });

/** Undefined where there is no such table, or no such namespace yet. @throws NW1601 when nft refuses otherwise. */
export const listTable = (
  system: NodeSystem,
  netns: string | null,
  family: TableSpec["family"],
): Promise<TableHave | undefined> => list(system, netns, ["list", "table", family, nftTable]);

/** Like `listTable`, but leaves what packets filled: that may be much, and nobody compares it. */
export async function listWanted(
  system: NodeSystem,
  netns: string | null,
  want: TableSpec,
): Promise<TableHave | undefined> {
  const frame = await list(system, netns, ["-t", "list", "table", want.family, nftTable]);
  if (frame === undefined) return undefined;
  const compared = want.sets.filter((set) => set.elements !== null && frame.sets.has(set.name));
  const found = await concurrently(compared, ({ kind, name }) =>
    list(system, netns, ["list", kind, want.family, nftTable, name]),
  );
  const sets = new Map(frame.sets);
  for (const table of found) {
    for (const [name, set] of table?.sets ?? []) sets.set(name, set);
  }
  return { chains: frame.chains, sets };
}

async function list(system: NodeSystem, netns: string | null, what: readonly string[]): Promise<TableHave | undefined> {
  const { code, stdout, stderr } = await system.runner.run(["nft", "-j", ...what], within(netns));
  if (code === 0) return parseTable(stdout);
  if (/No such file or directory/.test(stderr)) return undefined;
  throw new NetwrightError("NW1601", `nft ${what.join(" ")}: ${stderr.trim()}`);
}

/** Loads every script; one that is refused does not keep the others from being loaded. */
export async function loadScripts(
  system: NodeSystem,
  slot: Slot,
  changes: readonly NftChange[],
): Promise<readonly Problem[]> {
  const problems = await Promise.all(changes.map((change) => loadScript(system, slot, change)));
  return problems.flat();
}

async function loadScript(system: NodeSystem, slot: Slot, { netns, script }: NftChange): Promise<readonly Problem[]> {
  const subject = netns ?? "host";
  try {
    const { code, stderr } = await system.runner.run(["nft", "-f", "-"], { ...within(netns), input: script });
    if (code === 0) return [];
    return [{ slot, code: "NW1601", message: `nft: ${stderr.trim().split("\n")[0] ?? ""}`, subject }];
  } catch (error) {
    return [{ slot, code: "NW1601", message: messageOf(error), subject }];
  }
}

/** One line per command; elements are counted, not listed. */
export function describeScript({ netns, script }: NftChange): string {
  const commands = script.split("\n").filter((line) => /^(table|add|delete|flush) /.test(line));
  const words = commands.map((line) => {
    const [head = "", items] = line.split(" { ");
    return head.includes(" element ")
      ? `${head} (${(items ?? "").split(", ").length})`
      : head.replace(/ comment ".*"$/, "");
  });
  return `${netns ?? "host"}: ${words.join("; ")}`;
}
