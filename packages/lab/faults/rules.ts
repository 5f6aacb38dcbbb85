/** nftables text of faults, in the family netdev: what a link does, below all that a node does itself. Pure. */
import { priorityOf, tableOf, type Device, type FaultNumber } from "./plan.ts";

export interface Chain {
  readonly device: string;
  readonly hook: "ingress" | "egress";
  readonly rules: readonly string[];
  readonly policy?: "drop";
}

export function renderTable(id: FaultNumber, chains: readonly Chain[]): string {
  const bodies = chains.map(({ device, hook, rules, policy = "accept" }, index) =>
    [
      `  chain ${hook}-${index} {`,
      `    type filter hook ${hook} device "${device}" priority ${priorityOf(id)}; policy ${policy};`,
      ...rules.map((rule) => `    ${rule}`),
      "  }",
    ].join("\n"),
  );
  return `table netdev ${tableOf(id)} {\n${bodies.join("\n")}\n}`;
}

/** nft of Debian 12 cannot delete what may be gone, but it can make it first. */
const removal = (id: FaultNumber): string => `add table netdev ${tableOf(id)}\ndelete table netdev ${tableOf(id)}`;

const feed = (command: string, text: string): string => `${command} nft -f - <<'END'\n${text}\nEND`;

/** @param chains by the process of the node that they stand in. */
export const addTables = (id: FaultNumber, chains: ReadonlyMap<number, readonly Chain[]>): string =>
  [...chains].map(([pid, own]) => feed(`at ${pid}`, renderTable(id, own))).join("\n");

export const removeTables = (id: FaultNumber, pids: Iterable<number>): string =>
  [...new Set(pids)].map((pid) => feed(`check at ${pid}`, removal(id))).join("\n");

/** For a file, where a wire cleans up after itself. */
export const removalFile = (id: FaultNumber): string => `${removal(id)}\n`;

export function chainsByNode(
  entries: readonly { readonly pid: Device["pid"]; readonly chain: Chain }[],
): ReadonlyMap<number, readonly Chain[]> {
  const found = new Map<number, Chain[]>();
  for (const { pid, chain } of entries) found.set(pid, [...(found.get(pid) ?? []), chain]);
  return found;
}
