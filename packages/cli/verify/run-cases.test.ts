import type { ClauseProof } from "@netwright/api";
import { parseIpv6 } from "@netwright/base";
import type { Probe, ProbeOutcome, ProbeResult } from "@netwright/contract";
import type { TestCase } from "@netwright/prove/cases/case.ts";
import { expect, test } from "vitest";
import { renderTests, renderTestsJunit } from "../print/test-cases.ts";
import { provedClause, refutedClause, reportOf, unprovedClause } from "../testing/proofs.ts";
import { runCases, type CaseResult, type ProbeFrom } from "./run-cases.ts";
import { statusOfTests, type ContractTests } from "./test-contracts.ts";
import { testedReport } from "./tested-clauses.ts";

const web = parseIpv6("fd77::1:3:0:1");

function caseOf(
  port: number,
  verdict: "Delivered" | "Dropped",
  more: Partial<Probe> = {},
  instance = "shop-proxy-1",
): TestCase {
  const outcomes: readonly ProbeOutcome[] =
    verdict === "Delivered" ? ["Connected", "Refused"] : ["Silent", "Unreachable"];
  return {
    clauses: ["implied chain service/shop"],
    side: verdict === "Delivered" ? "Inside" : "Outside",
    from: { project: "default", instance, host: "host1" },
    to: "shop-web-1",
    target: { project: "default", instance: "shop-web-1", port, source: null },
    probe: { protocol: "tcp", destination: web, port, ...more },
    predicted: {
      verdict,
      outcomes,
      reason: `host1 default.web: ${verdict === "Dropped" ? "no rule allows it" : "allowed"}`,
      path: [{ place: "host1 default.web", step: "drop", detail: "no rule", findings: [] }],
    },
  };
}

const seen = (outcome: ProbeOutcome): ProbeResult => ({
  outcome,
  microseconds: 1500,
  detail: outcome === "Refused" ? "RST" : "answered",
  by: outcome === "Silent" ? "" : web,
  sourcePort: 4000,
});

/** @param outcomes of each port, one after the other; the last one stays. */
function world(outcomes: Readonly<Record<number, readonly ProbeOutcome[]>>): {
  readonly probe: ProbeFrom;
  readonly tries: number[];
} {
  const count = new Map<number, number>();
  const tries: number[] = [];
  const probe: ProbeFrom = async (_, probes) =>
    probes.map(({ port }) => {
      const at = count.get(port) ?? 0;
      count.set(port, at + 1);
      tries.push(port);
      return seen((outcomes[port] ?? []).at(Math.min(at, (outcomes[port]?.length ?? 1) - 1)) ?? "Failed");
    });
  return { probe, tries };
}

/** @param arrived ports at which something came; undefined: nobody looks */
const run = (
  cases: readonly TestCase[],
  probe: ProbeFrom,
  arrived?: readonly number[],
): Promise<readonly CaseResult[]> =>
  runCases(cases, {
    probe,
    watch: async () => ({
      arrived: (each) => arrived?.includes(each.probe.port),
      settled: async () => {},
      close: () => {},
    }),
    onProgress: () => {},
  });
const verdicts = (results: readonly CaseResult[]): readonly string[] => results.map(({ verdict }) => verdict);

test("what agrees; silence counts between two connections that got through", async () => {
  const { probe, tries } = world({ 8080: ["Connected"], 8081: ["Silent"] });
  expect(verdicts(await run([caseOf(8081, "Dropped"), caseOf(8080, "Delivered")], probe))).toEqual([
    "Agrees",
    "Agrees",
  ]);
  expect(tries).toEqual([8080, 8081, 8080]);
});

test("silence of a place that is cut off tells nothing; of one that may connect to nobody it is told how little", async () => {
  const cut = world({ 8080: ["Connected", "Silent"], 8081: ["Silent"] });
  const [, closed] = await run([caseOf(8080, "Delivered"), caseOf(8081, "Dropped")], cut.probe);
  expect(closed).toMatchObject({ verdict: "Unclear", note: "shop-proxy-1 got through nowhere right after" });
  const [alone] = await run([caseOf(8081, "Dropped")], world({ 8081: ["Silent"] }).probe);
  expect(alone).toMatchObject({ verdict: "Agrees", note: expect.stringContaining("may connect to nobody") });
});

test("what is not as was said is tried once more, then it disagrees", async () => {
  const { probe, tries } = world({ 8080: ["Silent", "Connected"], 8081: ["Refused"], 8082: ["Silent"] });
  const cases = [caseOf(8080, "Delivered"), caseOf(8081, "Dropped"), caseOf(8082, "Delivered")];
  expect(verdicts(await run(cases, probe))).toEqual(["Agrees", "Disagrees", "Disagrees"]);
  expect(tries.filter((port) => port === 8081)).toHaveLength(2);
});

test("datagrams need not be answered; what cannot be sent or tried tells nothing", async () => {
  const udp = caseOf(53, "Delivered", { protocol: "udp" });
  const broken: ProbeFrom = async () => {
    throw new Error("the agent of host1 did not answer");
  };
  expect(verdicts(await run([udp], world({ 53: ["Silent"] }).probe))).toEqual(["Unclear"]);
  expect(verdicts(await run([udp], world({ 53: ["Refused"] }).probe))).toEqual(["Agrees"]);
  expect(verdicts(await run([udp], world({ 53: ["Failed"] }).probe))).toEqual(["Unclear"]);
  expect(await run([udp], broken)).toMatchObject([
    { verdict: "Unclear", note: "not tried: the agent of host1 did not answer" },
  ]);
});

test("what arrived is known, whatever came back", async () => {
  const udp = caseOf(53, "Delivered", { protocol: "udp" });
  const silent = world({ 53: ["Silent"], 8080: ["Silent"], 8081: ["Silent"] }).probe;
  expect(verdicts(await run([udp], silent, [53]))).toEqual(["Agrees"]);
  expect(verdicts(await run([udp], silent, []))).toEqual(["Disagrees"]);
  expect(await run([caseOf(8081, "Dropped"), caseOf(8080, "Delivered")], silent, [8080, 8081])).toMatchObject([
    { verdict: "Disagrees", note: "it arrived, and what came back was lost" },
    { verdict: "Disagrees", note: "it arrived: what came back was lost" },
  ]);
});

test("an answer by somebody else is none: nothing came to who was meant", async () => {
  const { probe, tries } = world({ 8080: ["Connected"] });
  expect(await run([caseOf(8080, "Delivered")], probe, [])).toMatchObject([
    { verdict: "Disagrees", note: "somebody else answered: nothing came to shop-web-1" },
  ]);
  expect(tries).toEqual([8080, 8080]);
  expect(verdicts(await run([caseOf(8080, "Delivered")], probe, [8080]))).toEqual(["Agrees"]);
});

const chain = { ...provedClause, clause: "implied chain service/shop", kind: "Implied", subject: "Isolation" } as const;
const plan = { ...provedClause, clause: "implied address plan", kind: "Implied", subject: "AddressPlan" } as const;

async function told(...clauses: readonly ClauseProof[]): Promise<ContractTests> {
  const results = await run(
    [caseOf(8080, "Delivered"), caseOf(8081, "Dropped")],
    world({ 8080: ["Connected"], 8081: ["Refused"] }).probe,
  );
  const more = caseOf(8082, "Dropped");
  const omitted = new Map([["implied chain service/shop", ["nobody is known to answer at 2001:db8:f::/48"]]]);
  const report = testedReport(reportOf(chain, plan, ...clauses), results, {
    left: [more, more, more],
    outside: [],
    omitted,
  });
  return { ...report, results, left: 3, untried: 1, changed: true };
}

test("a disagreement is told with both sides, and fails", async () => {
  const tests = await told();
  expect(renderTests(tests, { all: false, colored: false })).toMatchInlineSnapshot(`
    "not as proved shop-proxy-1 -> shop-web-1 [fd77::1:3:0:1]:8081/tcp
      clause  implied chain service/shop (just outside)
      prover  dropped: host1 default.web: no rule allows it
      path    1  host1 default.web  drop (no rule)
      kernel  refused after 1.5 ms: RST (fd77::1:3:0:1)

                  TOTAL  CLASSES  RULES  LIVE  WATCHED  TESTED  JUSTIFIED  NOT PROVED  REFUTED
    isolation         1        1      .     .        .       .          .           .        .
    address plan      1        1      .     .        .       .          .           .        .
    total             2        2      .     .        .       .          .           .        .

    1 assumption
      established  what is established was allowed when it opened

    24 steps

    CLAUSE                      BY       TESTED         TRIED  AS PROVED  NOT AS PROVED  UNCLEAR
    implied chain service/shop  classes  not as proved  2      1          1              .
    all connections                                     2      1          1              .

    without a test
      it is about numbers, not about connections
        implied address plan

    not tried of others
      nobody is known to answer at 2001:db8:f::/48
        implied chain service/shop
      3 above --max-cases
        implied chain service/shop

    3 more could be tried: --max-cases 6 tries all
    1 from the internet were not tried: --from-here takes this machine for it
    the site changed meanwhile: what is not as proved may be no longer so
    "
  `);
  expect(statusOfTests(tests)).toBe(1);
  expect(statusOfTests({ ...tests, results: tests.results.slice(0, 1) })).toBe(0);
  expect(statusOfTests({ ...(await told(refutedClause)), results: [] })).toBe(1);
  expect(statusOfTests({ ...(await told(unprovedClause)), results: [] })).toBe(7);
});

test("of each clause it is told what was tried, and why not", async () => {
  const { clauses } = await told({ ...provedClause, clause: "contract/shop far" });
  expect(clauses.map(({ clause, tested }) => [clause, tested])).toMatchInlineSnapshot(`
    [
      [
        "implied chain service/shop",
        {
          "asProved": 1,
          "notAsProved": 1,
          "tried": 2,
          "unclear": 0,
          "untried": [
            "nobody is known to answer at 2001:db8:f::/48",
            "3 above --max-cases",
          ],
          "verdict": "NotAsProved",
        },
      ],
      [
        "implied address plan",
        {
          "asProved": 0,
          "notAsProved": 0,
          "tried": 0,
          "unclear": 0,
          "untried": [
            "it is about numbers, not about connections",
          ],
          "verdict": "None",
        },
      ],
      [
        "contract/shop far",
        {
          "asProved": 0,
          "notAsProved": 0,
          "tried": 0,
          "unclear": 0,
          "untried": [
            "no connection of it is there to be tried",
          ],
          "verdict": "None",
        },
      ],
    ]
  `);
});

test("for CI the proofs come first, with what was tried of each", async () => {
  const xml = renderTestsJunit(await told(), { begunAt: 0 as never, took: 10 as never });
  expect(xml).toContain('tests="4" failures="1"');
  expect(xml).toContain("refused after 1.5 ms: RST");
  expect(xml).toMatch(
    /<testcase name="implied chain[^]*tested: not as proved, 2 connections[^]*not tried: 3 above --max-cases/,
  );
  expect(xml).toContain("tested: none");
});
