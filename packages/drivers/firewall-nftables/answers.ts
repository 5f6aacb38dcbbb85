/** Addresses of names, in the sets that rules by name look them up in. Text and readers are pure. */
import { seconds, type DomainPattern, type Ipv6, type Milliseconds } from "@netwright/base";
import { answersSet, networkNamespace, nftTable, type NetworkState, type NodeSystem } from "@netwright/contract";
import { listSets } from "../nftables/kernel.ts";

/** An address that names of the pattern may be reached at from now on. */
export interface Admission {
  readonly pattern: DomainPattern;
  readonly address: Ipv6;
  readonly lifetime: Milliseconds;
}

/**
 * One transaction. The time of an element that is there cannot be changed (before Linux 6.12), so it goes and comes in one
 * step; added before, it can be deleted whether it was there or not.
 */
export function renderAdmissions(admissions: readonly Admission[]): string {
  const patterns = [...new Set(admissions.map(({ pattern }) => pattern))];
  return patterns
    .map((pattern) =>
      renderSet(
        pattern,
        admissions.filter((each) => each.pattern === pattern),
      ),
    )
    .join("; ");
}

function renderSet(pattern: DomainPattern, admissions: readonly Admission[]): string {
  const set = `inet ${nftTable} ${answersSet(pattern)}`;
  const timed = admissions.map(({ address, lifetime }) => `${address} timeout ${Math.ceil(lifetime / seconds(1))}s`);
  const plain = admissions.map(({ address }) => address);
  const commands = [`add element ${set}`, `delete element ${set}`, `add element ${set}`];
  return commands.map((command, index) => `${command} { ${(index === 1 ? plain : timed).join(", ")} }`).join("; ");
}

/** What the kernel still lets through. Nothing where there is no such set, or no such namespace. */
export async function readAdmissions(
  system: NodeSystem,
  network: Pick<NetworkState, "project" | "name">,
  patterns: readonly DomainPattern[],
): Promise<readonly Admission[]> {
  const wanted = patterns.map((pattern) => ({ kind: "set" as const, name: answersSet(pattern) }));
  const sets = await listSets(system, networkNamespace(network), "inet", wanted);
  return patterns.flatMap((pattern) =>
    [...(sets.get(answersSet(pattern))?.elements ?? [])].flatMap(([address, { expires }]) =>
      expires === undefined ? [] : [{ pattern, address: address as Ipv6, lifetime: expires }],
    ),
  );
}
