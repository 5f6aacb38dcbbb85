/** The thin shell around nft: list what is wanted of one table, load one script. */
import { messageOf, NetwrightError } from "@netwright/base";
import { nftTable, type NodeSystem, type Problem, type RunOptions, type Slot } from "@netwright/contract";
import { parseTable, type TableHave } from "./parse.ts";
import type { SetSpec, TableSpec } from "./table.ts";

/** One transaction in one namespace; null is the node's own. */
export interface NftChange {
  readonly netns: string | null;
  readonly script: string;
}

const within = (netns: string | null): RunOptions => (netns === null ? {} : { netns });

export interface NamespaceHave {
  /** Undefined where there is no such table, or no such namespace yet. */
  readonly table: TableHave | undefined;
  readonly forwarding: boolean;
}

export const forwardingPath = "/proc/sys/net/ipv6/conf/all/forwarding";

// Sets are named one by one, in a second nft that reads commands: `-t` is for all that a process lists, and a list of
// several sets at once finds only one in nft 1.0.6. Where it reads commands it would keep a history at HOME.
const questions = "HOME=/dev/null exec nft -i -j";
const listing = `read -r forwarding <${forwardingPath}; echo "$forwarding"
nft -j -t list table "$1" ${nftTable} || exit
${questions}`;

/** What packets filled is left out: that may be much, and nobody compares it. @throws NW1601 when nft refuses. */
export async function observeTable(
  system: NodeSystem,
  netns: string | null,
  { family, sets }: Pick<TableSpec, "family" | "sets">,
): Promise<NamespaceHave> {
  const compared = sets.filter((set) => set.elements !== null);
  const input = compared.map((set) => listCommand(family, set)).join("");
  const command = ["sh", "-c", listing, "sh", family] as const;
  const { code, stdout, stderr } = await system.runner.run(command, { ...within(netns), input });
  const [forwarding = "", frame = "", ...elements] = stdout.trim().split("\n");
  const seen = { forwarding: forwarding === "1" };
  if (code === 0) return { ...seen, table: withElements(parseTable(frame), elements) };
  if (/No such file or directory/.test(stderr)) return { ...seen, table: undefined };
  throw new NetwrightError("NW1601", `nft list table ${family} ${nftTable}: ${stderr.trim()}`);
}

/** The sets that are there, with their elements. */
export async function listSets(
  system: NodeSystem,
  netns: string | null,
  family: TableSpec["family"],
  sets: readonly Pick<SetSpec, "kind" | "name">[],
): Promise<TableHave["sets"]> {
  const input = sets.map((set) => listCommand(family, set)).join("");
  const { stdout } = await system.runner.run(["sh", "-c", questions], { ...within(netns), input });
  const none: TableHave = { chains: new Map(), sets: new Map() };
  return withElements(none, stdout.trim() === "" ? [] : stdout.trim().split("\n")).sets;
}

const listCommand = (family: string, { kind, name }: Pick<SetSpec, "kind" | "name">): string =>
  `list ${kind} ${family} ${nftTable} ${name}\n`;

const withElements = ({ chains, sets }: TableHave, answers: readonly string[]): TableHave => ({
  chains,
  sets: new Map([...sets, ...answers.flatMap((answer) => [...parseTable(answer).sets])]),
});

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
