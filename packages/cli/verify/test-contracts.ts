/** `verify --test`: makes cases from what is there now and from contracts, and tries them. */
import { decodeObject, type AnyObject, type Client } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { TestCase } from "@netwright/prove/cases/case.ts";
import { makeCases } from "@netwright/prove/cases/make-cases.ts";
import { contractsIn } from "@netwright/prove/written-contracts.ts";
import type { Terminal } from "../terminal.ts";
import { nodeStates, sameRevisions } from "./node-states.ts";
import type { Places } from "./probe-places.ts";
import { runCases, type CaseResult } from "./run-cases.ts";

export interface ContractTests {
  readonly results: readonly CaseResult[];
  /** Cases above the most that were wanted. */
  readonly left: number;
  /** Cases from the internet, where nobody could try them. */
  readonly untried: number;
  /** Some node is to be otherwise than when the cases were made. */
  readonly changed: boolean;
}

export interface TestOptions {
  readonly most: number;
  /** Only of clauses that this holds of. */
  readonly isWanted: (clause: string) => boolean;
}

/** @throws NW1001 where no case is wanted */
export async function testContracts(
  client: Client,
  { probe, watch, outside }: Places,
  { most, isWanted }: TestOptions,
  terminal: Pick<Terminal, "err" | "live">,
): Promise<ContractTests> {
  const before = await nodeStates(client);
  const objects = await objectsOf(client);
  const services = objects.flatMap((object) => (object.kind === "Service" ? [object] : []));
  const states = before.map(({ state }) => state);
  const made = makeCases({
    states,
    services,
    contracts: contractsIn(objects.map((object) => ({ object }))),
    most,
    isWanted,
  });
  if (made.cases.length === 0)
    throw new NetwrightError("NW1001", "there is nothing to try", { hint: "netwright verify -v lists all clauses" });
  const cases = made.cases.filter(({ from }) => from !== "internet" || outside);
  const results = await runCases(cases, { probe, watch, onProgress: progressOf(terminal, cases) });
  if (terminal.live) terminal.err(eraseLine);
  const changed = !sameRevisions(before, await nodeStates(client));
  return { results, left: made.left, untried: made.cases.length - cases.length, changed };
}

async function objectsOf(client: Client): Promise<readonly AnyObject[]> {
  const lists = await Promise.all((["Service", "Network", "Contract"] as const).map((kind) => client.list(kind)));
  return lists.flatMap(({ items }) =>
    items.flatMap((item) => {
      const decoded = decodeObject(item);
      return decoded.ok ? [decoded.object] : [];
    }),
  );
}

const eraseLine = "\r\u001b[K";

/** On a terminal one line that is rewritten. */
const progressOf =
  ({ err, live }: Pick<Terminal, "err" | "live">, cases: readonly TestCase[]) =>
  (done: number): void => {
    if (live) err(`${eraseLine}  ${done} of ${cases.length} connections tried`);
  };

/** 1: the prover and a kernel disagree; 7: something is unclear, and nothing worse. */
export function statusOfTests({ results }: ContractTests): number {
  if (results.some(({ verdict }) => verdict === "Disagrees")) return 1;
  return results.some(({ verdict }) => verdict === "Unclear") ? 7 : 0;
}
