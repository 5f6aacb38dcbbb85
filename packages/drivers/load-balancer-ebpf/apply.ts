/** Makes changes one after the other: what comes later in a plan stands on what comes earlier. */
import { isNetwrightError, messageOf, NetwrightError } from "@netwright/base";
import type { NodeSystem, Problem } from "@netwright/contract";
import { loadScripts } from "../nftables/kernel.ts";
import { describeChange, deviceOf, type BalancerChange, type ListenerChange } from "./change.ts";
import { listenerValue, noMac, noTable, tablesMax, tableValue, word } from "./layout.ts";
import { loaderOf, type Loader, type Request } from "./loader.ts";
import { devicesIn } from "./observe.ts";
import { pathOf } from "./programs.ts";

const tooMany = `a host balances for ${tablesMax} listeners at most, of which those change at once that others leave a table to`;

export async function applyBalancer(
  system: NodeSystem,
  changes: readonly BalancerChange[],
): Promise<readonly Problem[]> {
  const loader = loaderOf(system);
  const problems: Problem[] = [];
  const tunnels = new Map<string, number>();
  for (const change of changes) {
    try {
      problems.push(...(await make(system, loader, change, tunnels)));
    } catch (error) {
      problems.push(problemOf(error, "netns" in change ? change.netns : "host"));
      // Without programs in the kernel all else would only fail too.
      if (change.kind === "Load") break;
    }
  }
  return problems;
}

function problemOf(error: unknown, subject: string): Problem {
  const code = isNetwrightError(error) ? error.code : "NW1801";
  return { slot: "loadBalancer", code, message: messageOf(error), subject };
}

async function make(
  system: NodeSystem,
  loader: Loader,
  change: BalancerChange,
  tunnels: Map<string, number>,
): Promise<readonly Problem[]> {
  if (change.kind === "Refusals") return loadScripts(system, "loadBalancer", [change.change]);
  if (change.kind === "NoTable") throw new NetwrightError("NW1601", describeChange(change), { hint: tooMany });
  if (change.kind === "Load") await loader.load();
  else if (change.kind === "Unload") await loader.unload();
  else if (change.kind === "Listener") await write(loader, await listenerRequests(loader, change, tunnels));
  else await write(loader, [requestOf(change)]);
  return [];
}

async function write(loader: Loader, requests: readonly Request[]): Promise<void> {
  for (const answer of await loader.ask(requests)) if (answer instanceof Error) throw answer;
}

type Simple = Exclude<BalancerChange, { readonly kind: "Refusals" | "Load" | "Unload" | "Listener" | "NoTable" }>;

function requestOf(change: Simple): Request {
  switch (change.kind) {
    case "Host":
      return { op: "write", map: "host", entries: [[word(0), change.value]] };
    case "Deliveries":
      return { op: "write", map: "deliveries", entries: change.keys.map((key) => [key, word(1)]) };
    case "Members":
      return { op: "write", map: "members", entries: change.entries.map(([index, value]) => [word(index), value]) };
    case "ForgetMembers":
      return { op: "write", map: "members", entries: change.indexes.map((index) => [word(index), noMac]) };
    case "Remove":
      return { op: "remove", map: change.map, keys: change.keys };
    case "Attach": {
      const { netns, program } = change;
      return { op: "attach", netns: pathOf(netns), device: deviceOf[program], program };
    }
    case "Address": {
      const value = listenerValue({ table: noTable, counters: change.counters, tunnel: 0, tag: 0 });
      return { op: "write", map: "listeners", entries: [[change.key, value]] };
    }
  }
}

/** The table first, which nobody uses yet; with the listener all of it counts at once. */
async function listenerRequests(
  loader: Loader,
  { netns, key, value, slots }: ListenerChange,
  tunnels: Map<string, number>,
): Promise<readonly Request[]> {
  const tunnel = tunnels.get(netns) ?? (await devicesIn(loader, netns))?.[1]?.ifindex ?? 0;
  tunnels.set(netns, tunnel);
  const table: readonly Request[] =
    slots === undefined || value.table === noTable
      ? []
      : [{ op: "write", map: "tables", entries: [[word(value.table), tableValue(slots)]] }];
  return [...table, { op: "write", map: "listeners", entries: [[key, listenerValue({ ...value, tunnel })]] }];
}
