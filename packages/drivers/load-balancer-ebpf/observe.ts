/** What is in the kernel: maps, attached programs, the table of refusals; and which hosts there is a way to. */
import { hasRoute, tunnelDevice, uplinkTenantDevice, type HostId, type NodeSystem } from "@netwright/contract";
import { observeTable } from "../nftables/kernel.ts";
import type { TableHave } from "../nftables/parse.ts";
import { parseRoutes, routesPath } from "../reachable-hosts.ts";
import { membersMax, noMac, parseListener, word, type ListenerValue, type Octets } from "./layout.ts";
import { loaderOf, type Loaded, type Loader, type Request } from "./loader.ts";
import { pathOf } from "./programs.ts";
import { refusals, type BalancerWant } from "./want.ts";

export interface DeviceHave {
  readonly device: string;
  /** Null where there is no such device. */
  readonly ifindex: number | null;
  /** Of the program of ours that is attached; null where none is. */
  readonly id: number | null;
}

export interface NamespaceHave {
  /** Undefined where the namespace, or the driver's own part, is not there yet. */
  readonly devices: readonly DeviceHave[] | undefined;
  readonly table: TableHave | undefined;
}

export interface MapsHave {
  readonly programs: Loaded["programs"];
  readonly host: Octets;
  readonly listeners: ReadonlyMap<Octets, ListenerValue>;
  readonly deliveries: ReadonlySet<Octets>;
  /** By value: where the MAC stands in `members`. */
  readonly members: ReadonlyMap<Octets, number>;
}

export interface BalancerHave {
  /** Undefined where nothing is loaded. */
  readonly maps: MapsHave | undefined;
  /** By name. */
  readonly namespaces: ReadonlyMap<string, NamespaceHave>;
  /** Hosts whose tunnel end point has no route of its own. */
  readonly unreachable: ReadonlySet<HostId>;
}

export async function observeBalancer(system: NodeSystem, want: BalancerWant): Promise<BalancerHave> {
  const loader = loaderOf(system);
  const loaded = await loader.adopt();
  const [maps, namespaces] = await Promise.all([
    loaded === undefined ? undefined : readMaps(loader, loaded),
    Promise.all(
      want.networks.map(({ netns }) => namespaceOf(system, netns, loaded === undefined ? undefined : loader)),
    ),
  ]);
  const told = want.networks.flatMap((network) => network.told);
  const routes = told.length === 0 ? [] : parseRoutes((await system.files.read(routesPath)) ?? "");
  return {
    maps,
    namespaces: new Map(want.networks.map(({ netns }, index) => [netns, namespaces[index] as NamespaceHave])),
    unreachable: new Set(told.filter(({ vtep }) => !hasRoute(routes, vtep)).map(({ hostId }) => hostId)),
  };
}

async function namespaceOf(system: NodeSystem, netns: string, loader: Loader | undefined): Promise<NamespaceHave> {
  const { table } = await observeTable(system, netns, refusals).catch(() => ({ table: undefined }));
  return { table, devices: loader === undefined ? undefined : await devicesIn(loader, netns) };
}

/** Undefined where there is no such namespace. */
export async function devicesIn(loader: Loader, netns: string): Promise<readonly DeviceHave[] | undefined> {
  const devices = [uplinkTenantDevice, tunnelDevice];
  const [answer] = await loader.ask([{ op: "attached", netns: pathOf(netns), devices }]);
  return answer instanceof Error ? undefined : (answer as readonly DeviceHave[]);
}

async function readMaps(loader: Loader, { programs }: Loaded): Promise<MapsHave> {
  const [host, listeners, deliveries] = await ask(loader, [
    { op: "read", map: "host", keys: [word(0)] },
    { op: "dump", map: "listeners" },
    { op: "dump", map: "deliveries" },
  ]);
  return {
    programs,
    host: (host as readonly Octets[])[0] ?? "",
    listeners: new Map((listeners as [Octets, Octets][]).map(([key, value]) => [key, parseListener(value)])),
    deliveries: new Set((deliveries as [Octets, Octets][]).map(([key]) => key)),
    members: await readMembers(loader),
  };
}

/** Members are given the first free places, so that behind a whole block of nobody there is nobody. */
const block = 256;

async function readMembers(loader: Loader): Promise<ReadonlyMap<Octets, number>> {
  const found = new Map<Octets, number>();
  for (let first = 1; first <= membersMax; first += block) {
    const indexes = Array.from({ length: Math.min(block, membersMax + 1 - first) }, (_, at) => first + at);
    const [values] = await ask(loader, [{ op: "read", map: "members", keys: indexes.map(word) }]);
    const taken = (values as readonly (Octets | null)[]).flatMap((value, at) =>
      value === null || value === noMac ? [] : [[value, first + at] as const],
    );
    if (taken.length === 0) return found;
    for (const [value, index] of taken) found.set(value, index);
  }
  return found;
}

/** @throws LoaderError for the first that is refused. */
async function ask(loader: Loader, requests: readonly Request[]): Promise<readonly unknown[]> {
  const answers = await loader.ask(requests);
  for (const answer of answers) if (answer instanceof Error) throw answer;
  return answers;
}
