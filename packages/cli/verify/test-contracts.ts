/** `verify --test`: makes cases from what is there now and from contracts, and tries them. */
import { decodeObject, type AnyObject, type Client, type ProofReport } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import type { TestCase } from "@netwright/prove/cases/case.ts";
import { makeCases, type Cases } from "@netwright/prove/cases/make-cases.ts";
import { whyUntested } from "@netwright/prove/cases/untested.ts";
import { contractsIn } from "@netwright/prove/written-contracts.ts";
import type { Terminal } from "../terminal.ts";
import { chosenClauses } from "./chosen-clauses.ts";
import { statusOf } from "./exit-status.ts";
import { knownOutside } from "./known-outside.ts";
import { nodeStates, sameRevisions } from "./node-states.ts";
import type { Places } from "./probe-places.ts";
import { runCases, type CaseResult } from "./run-cases.ts";
import { testedReport, type TestedReport } from "./tested-clauses.ts";

export interface ContractTests extends TestedReport {
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
  /** Only clauses of this name. */
  readonly clause: string | undefined;
}

/** @throws NW1001 where no case is wanted */
export async function testContracts(
  client: Client,
  { probe, watch, outside }: Places,
  { most, clause }: TestOptions,
  terminal: Pick<Terminal, "err" | "live">,
): Promise<ContractTests> {
  const before = await nodeStates(client);
  const report = chosenClauses(await client.proof(), clause);
  const chosen = new Set(report.clauses.map((each) => each.clause));
  const objects = await objectsOf(client);
  const states = before.map(({ state }): HostState => state);
  const made = makeCases({
    states,
    services: objects.flatMap((object) => (object.kind === "Service" ? [object] : [])),
    contracts: contractsIn(objects.map((object) => ({ object }))),
    outside: await knownOutside(client, states, outside),
    most,
    isWanted: (name) => chosen.has(name),
  });
  if (made.cases.length === 0) throw nothingToTry(report, made.omitted);
  const cases = made.cases.filter(({ from }) => from !== "internet" || outside !== undefined);
  const results = await runCases(cases, { probe, watch, onProgress: progressOf(terminal, cases) });
  if (terminal.live) terminal.err(eraseLine);
  const untried = made.cases.filter(({ from }) => from === "internet" && outside === undefined);
  return {
    ...testedReport(report, results, { ...made, outside: untried }),
    results,
    left: made.left.length,
    untried: untried.length,
    changed: !sameRevisions(before, await nodeStates(client)),
  };
}

function nothingToTry({ clauses }: ProofReport, omitted: Cases["omitted"]): NetwrightError {
  const reasons = clauses.flatMap((each) => whyUntested(each, omitted.get(each.clause)));
  return new NetwrightError("NW1001", "there is nothing to try", { hint: [...new Set(reasons)].join("; ") });
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

/** 1: the prover and a kernel disagree, or a clause is refuted; 7: something is unclear or not proved, and nothing worse. */
export function statusOfTests(tests: Pick<ContractTests, "results" | "clauses">): number {
  const proof = statusOf(tests);
  if (proof === 1 || tests.results.some(({ verdict }) => verdict === "Disagrees")) return 1;
  return tests.results.some(({ verdict }) => verdict === "Unclear") ? 7 : proof;
}
