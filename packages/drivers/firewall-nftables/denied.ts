/** Denied flows out of the sets that packets fill: three in a tenant's namespace, one in the node's own. Pure. */
import type { Ipv6 } from "@netwright/base";
import type { DeniedFlow, Protocol } from "@netwright/contract";
import type { ElementHave, TableHave } from "../nftables/parse.ts";

/** Enough for every pair of a large network; a scan that fills it is still dropped, only not counted apart. */
export const deniedOptions = ["flags dynamic,timeout", "size 4096", "timeout 10m"] as const;

export const deniedSets = ["denied", "denied_in", "denied_out"].map((name) => ({ kind: "set" as const, name }));
export const notExposedSets = [{ kind: "set" as const, name: "not_exposed" }];

export function deniedFlows(sets: TableHave["sets"]): readonly DeniedFlow[] {
  const flows = (name: string, pad: (parts: readonly string[]) => readonly string[]): readonly DeniedFlow[] =>
    partsOf(sets, name).map(([parts, element]) => flow(pad(parts), element));
  return [
    ...flows("denied", (parts) => parts),
    ...flows("denied_in", (parts) => ["0", ...parts]),
    ...partsOf(sets, "denied_out").map(([[from = "", destination, ...rest], element]) => ({
      ...flow([from, "0", ...rest], element),
      destination: destination as Ipv6,
    })),
  ].toSorted(mostPackets);
}

/** What came from outside to a public address, at a port that is not exposed. */
export function notExposedFlows(sets: TableHave["sets"]): readonly DeniedFlow[] {
  return partsOf(sets, "not_exposed")
    .map(([[source, destination, ...rest], element]) => ({
      ...flow(["0", "0", ...rest], element),
      outside: { source: source as Ipv6, destination: destination as Ipv6 },
    }))
    .toSorted(mostPackets);
}

const partsOf = (sets: TableHave["sets"], name: string): readonly (readonly [readonly string[], ElementHave])[] =>
  [...(sets.get(name)?.elements ?? [])].map(([id, element]) => [id.split(" . "), element]);

const mostPackets = (a: DeniedFlow, b: DeniedFlow): number =>
  b.packets - a.packets || a.from - b.from || a.to - b.to || a.port - b.port;

function flow([from, to, protocol, port]: readonly string[], { packets, bytes }: ElementHave): DeniedFlow {
  return { from: Number(from), to: Number(to), protocol: protocol as Protocol, port: Number(port), packets, bytes };
}
