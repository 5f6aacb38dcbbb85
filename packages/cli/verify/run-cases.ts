/**
 * Tries cases as real connections. Neither silence nor an answer proves anything alone: somebody looks at the instance whether the
 * packet arrived, and the place that it came from must get through somewhere right before and right after, or else it is the place
 * that is cut off.
 */
import { messageOf } from "@netwright/base";
import type { Probe, ProbeResult } from "@netwright/contract";
import { printSource, type TestCase } from "@netwright/prove/cases/case.ts";
import type { Watch, WatchTargets } from "./watch-arrivals.ts";

export interface CaseResult {
  readonly test: TestCase;
  /**
   * - `Agrees`: what the prover said.
   * - `Disagrees`: the prover or the data path is wrong.
   * - `Unclear`: what was seen tells neither.
   */
  readonly verdict: "Agrees" | "Disagrees" | "Unclear";
  /** Null where it could not be tried. */
  readonly seen: ProbeResult | null;
  /** Whether it came to the instance; null where nobody looked. */
  readonly arrived: boolean | null;
  /** Why it is unclear, or how sure it is; empty: there is nothing to add. */
  readonly note: string;
}

/** Connection attempts of one place, in their order. @throws where they cannot be made */
export type ProbeFrom = (from: TestCase["from"], probes: readonly Probe[]) => Promise<readonly ProbeResult[]>;

export interface CasesRun {
  readonly probe: ProbeFrom;
  readonly watch: WatchTargets;
  /** Whenever some more are through. */
  readonly onProgress: (done: number) => void;
}

/** In the order of the cases. */
export async function runCases(
  cases: readonly TestCase[],
  { probe, watch, onProgress }: CasesRun,
): Promise<readonly CaseResult[]> {
  const groups = new Map<string, TestCase[]>();
  for (const test of cases) groups.set(placeOf(test), [...(groups.get(placeOf(test)) ?? []), test]);
  const results = new Map<TestCase, CaseResult>();
  const queue = [...groups.values()];
  const work = async (): Promise<void> => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
      for (const result of await runFrom(group, probe, watch)) results.set(result.test, result);
      onProgress(results.size);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return cases.flatMap((test) => results.get(test) ?? []);
}

/** Places that are asked at once. */
const atOnce = 8;

const placeOf = ({ from }: TestCase): string => (from === "internet" ? from : `${from.project}/${from.instance}`);

async function runFrom(
  group: readonly TestCase[],
  probe: ProbeFrom,
  watch: WatchTargets,
): Promise<readonly CaseResult[]> {
  const { from } = group[0] as TestCase;
  const attempt: Try = (tests) =>
    probe(
      from,
      tests.map((test) => test.probe),
    );
  try {
    const watching = await watch(group);
    try {
      return await judged(group, attempt, watching);
    } finally {
      watching.close();
    }
  } catch (error) {
    const note = `not tried: ${messageOf(error)}`;
    return group.map((test) => ({ test, verdict: "Unclear", seen: null, arrived: null, note }));
  }
}

type Try = (tests: readonly TestCase[]) => Promise<readonly ProbeResult[]>;

/** First what should get through, then what should not, then once more one that got through. */
async function judged(group: readonly TestCase[], attempt: Try, watching: Watch): Promise<readonly CaseResult[]> {
  const [open, closed] = [group.filter(isOpen), group.filter((test) => !isOpen(test))];
  const opened = await twice(open, attempt, watching);
  const control = open.find((test, index) => test.probe.protocol === "tcp" && isThrough(opened[index]));
  const shut = await twice(closed, attempt, watching);
  const after = control === undefined || closed.length === 0 ? [] : await attempt([control]);
  const evidence: Evidence =
    control === undefined ? "none" : closed.length === 0 || isThrough(after[0]) ? "sure" : "lost";
  const judgeAll = (tests: readonly TestCase[], results: readonly ProbeResult[]): readonly CaseResult[] =>
    tests.map((test, index) => {
      const seen = results[index] as ProbeResult;
      return judge(test, seen, evidence, watching.arrived(test, seen));
    });
  return [...judgeAll(open, opened), ...judgeAll(closed, shut)];
}

/** Whatever is not as was said is tried a second time: instances come up, and packets are lost. */
async function twice(tests: readonly TestCase[], attempt: Try, watching: Watch): Promise<readonly ProbeResult[]> {
  const first = await arriving(tests, attempt, watching);
  const odd = tests.filter((test, index) => isOdd(test, first[index], watching));
  if (odd.length === 0) return first;
  const second = await arriving(odd, attempt, watching);
  return first.map((result, index) => {
    const at = odd.indexOf(tests[index] as TestCase);
    return at < 0 ? result : (second[at] ?? result);
  });
}

/** What was answered has arrived, or somebody else has answered: who looks may be told later than who sent. */
async function arriving(tests: readonly TestCase[], attempt: Try, { settled }: Watch): Promise<readonly ProbeResult[]> {
  if (tests.length === 0) return [];
  const results = await attempt(tests);
  const pairs = tests.map((test, index) => [test, results[index] as ProbeResult] as const);
  await settled(pairs.filter(([test, result]) => isOpen(test) && isThrough(result)));
  return results;
}

function isOdd(test: TestCase, result: ProbeResult | undefined, { arrived }: Watch): boolean {
  if (result === undefined || !test.predicted.outcomes.includes(result.outcome)) return true;
  return isOpen(test) && isThrough(result) && arrived(test, result) === false;
}

type Evidence = "sure" | "none" | "lost";

const isOpen = ({ predicted }: TestCase): boolean => predicted.verdict === "Delivered";
const isThrough = (result: ProbeResult | undefined): boolean =>
  result?.outcome === "Connected" || result?.outcome === "Refused";

/** @param arrived undefined where nobody looked */
function judge(test: TestCase, seen: ProbeResult, evidence: Evidence, arrived: boolean | undefined): CaseResult {
  const told = (verdict: CaseResult["verdict"], note: string): CaseResult => ({
    test,
    verdict,
    seen,
    arrived: arrived ?? null,
    note,
  });
  if (seen.outcome === "Failed") return told("Unclear", `it could not be sent: ${seen.detail}`);
  const isSilent = seen.outcome === "Silent";
  if (isOpen(test)) {
    if (isThrough(seen))
      return arrived === false
        ? told("Disagrees", `somebody else answered: nothing came to ${test.to}`)
        : told("Agrees", "");
    if (test.probe.protocol !== "udp" || !isSilent || arrived === false)
      return told("Disagrees", arrived === true ? "it arrived: what came back was lost" : "");
    return arrived === true
      ? told("Agrees", "it arrived; nobody need answer a datagram")
      : told("Unclear", "nobody need answer a datagram");
  }
  if (arrived === true) return told("Disagrees", isSilent ? "it arrived, and what came back was lost" : "");
  if (!test.predicted.outcomes.includes(seen.outcome)) return told("Disagrees", "");
  if (!isSilent || evidence === "sure") return told("Agrees", "");
  return evidence === "lost"
    ? told("Unclear", `${printSource(test)} got through nowhere right after`)
    : told("Agrees", `${printSource(test)} may connect to nobody: that it could send at all was not seen`);
}
