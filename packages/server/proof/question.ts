/** What there is to prove of a set of objects. */
import type { HostState } from "@netwright/contract";
import { contractsIn } from "@netwright/prove/written-contracts.ts";
import type { Items } from "../state/objects.ts";
import type { ProofQuestion } from "./prover.ts";

export const questionOf = (
  items: Items,
  states: ReadonlyMap<string, HostState>,
  before?: ReadonlyMap<string, HostState>,
): ProofQuestion => ({
  states: states.values(),
  before: before?.values(),
  services: [...items.values()].flatMap(({ object }) => (object.kind === "Service" ? [object] : [])),
  contracts: contractsIn(items.values()),
});
