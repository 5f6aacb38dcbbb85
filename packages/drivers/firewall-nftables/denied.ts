/** Denied flows out of the three sets that packets fill. Pure. */
import type { DeniedFlow, Protocol } from "@netwright/contract";
import type { ElementHave, TableHave } from "../nftables/parse.ts";

export const deniedSets = ["denied", "denied_in", "denied_out"].map((name) => ({ kind: "set" as const, name }));

export function deniedFlows(sets: TableHave["sets"]): readonly DeniedFlow[] {
  const flows = (name: string, pad: (parts: readonly string[]) => readonly string[]): readonly DeniedFlow[] =>
    [...(sets.get(name)?.elements ?? [])].map(([id, element]) => flow(pad(id.split(" . ")), element));
  return [
    ...flows("denied", (parts) => parts),
    ...flows("denied_in", (parts) => ["0", ...parts]),
    ...flows("denied_out", ([from = "", ...rest]) => [from, "0", ...rest]),
  ].toSorted((a, b) => b.packets - a.packets || a.from - b.from || a.to - b.to || a.port - b.port);
}

function flow([from, to, protocol, port]: readonly string[], { packets, bytes }: ElementHave): DeniedFlow {
  return { from: Number(from), to: Number(to), protocol: protocol as Protocol, port: Number(port), packets, bytes };
}
