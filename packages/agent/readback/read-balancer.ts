/** Maps and attached programs of the load balancer in the kernel. Asks its loader, writes nothing. */
import { tunnelDevice, uplinkTenantDevice, type BalancerReadback, type NodeSystem } from "@netwright/contract";
import { devicesIn } from "@netwright/drivers/load-balancer-ebpf/observe.ts";
import {
  membersMax,
  noMac,
  noTable,
  parseListener,
  tablesMax,
  word,
  type Octets,
} from "@netwright/drivers/load-balancer-ebpf/layout.ts";
import { loaderOf, type Loader } from "@netwright/drivers/load-balancer-ebpf/loader.ts";

type Pair = readonly [Octets, Octets];

/** Null where nothing is pinned. @throws LoaderError */
export async function readBalancer(system: NodeSystem, tenants: readonly string[]): Promise<BalancerReadback | null> {
  const loader = loaderOf(system);
  const loaded = await loader.adopt();
  if (loaded === undefined) return null;
  const [host, listeners, deliveries] = await loader.ask([
    { op: "read", map: "host", keys: [word(0)] },
    { op: "dump", map: "listeners" },
    { op: "dump", map: "deliveries" },
  ]);
  for (const answer of [host, listeners, deliveries]) if (answer instanceof Error) throw answer;
  const used = (listeners as readonly Pair[]).map(([, value]) => parseListener(value).table);
  const tables = [...new Set(used)].filter((table) => table !== noTable && table < tablesMax);
  return {
    programs: loaded.programs,
    attached: (await Promise.all(tenants.map((netns) => attachedIn(loader, netns)))).flat(),
    host: (host as readonly Octets[])[0] ?? "",
    listeners: listeners as readonly Pair[],
    deliveries: deliveries as readonly Pair[],
    members: await readIndexed(loader, "members", range(1, membersMax), noMac),
    tables: await readIndexed(
      loader,
      "tables",
      tables.toSorted((a, b) => a - b),
      null,
    ),
    problem: null,
  };
}

async function attachedIn(loader: Loader, netns: string): Promise<BalancerReadback["attached"]> {
  const none = [uplinkTenantDevice, tunnelDevice].map((device) => ({ device, ifindex: null, id: null }));
  return ((await devicesIn(loader, netns)) ?? none).map((each) => ({ netns, ...each }));
}

/** Elements that are read with one question: none is longer than 17 KB in hexadecimal. */
const block = 256;

/** @param nobody the value of elements that stand for nothing */
async function readIndexed(
  loader: Loader,
  map: string,
  indexes: readonly number[],
  nobody: Octets | null,
): Promise<readonly (readonly [number, Octets])[]> {
  const questions = Array.from({ length: Math.ceil(indexes.length / block) }, (_, at) => ({
    op: "read",
    map,
    keys: indexes.slice(at * block, (at + 1) * block).map(word),
  }));
  const found: (readonly [number, Octets])[] = [];
  for (const [at, question] of questions.entries()) {
    const [values] = await loader.ask([question]);
    if (values instanceof Error) throw values;
    for (const [offset, value] of (values as readonly (Octets | null)[]).entries())
      if (value !== null && value !== nobody) found.push([indexes[at * block + offset] ?? 0, value]);
  }
  return found;
}

const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last + 1 - first }, (_, at) => first + at);
