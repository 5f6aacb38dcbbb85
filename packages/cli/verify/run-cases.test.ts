import { parseIpv6 } from "@netwright/base";
import type { Probe, ProbeOutcome, ProbeResult } from "@netwright/contract";
import type { TestCase } from "@netwright/prove/cases/case.ts";
import { expect, test } from "vitest";
import { renderTests, renderTestsJunit } from "../print/test-cases.ts";
import { runCases, type CaseResult, type ProbeFrom } from "./run-cases.ts";
import { statusOfTests } from "./test-contracts.ts";

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
    target: { project: "default", instance: "shop-web-1" },
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
    watch: async () => ({ arrived: (each) => arrived?.includes(each.probe.port), close: () => {} }),
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

test("a disagreement is told with both sides, and fails", async () => {
  const results = await run(
    [caseOf(8080, "Delivered"), caseOf(8081, "Dropped")],
    world({ 8080: ["Connected"], 8081: ["Refused"] }).probe,
  );
  const tests = { results, left: 3, untried: 1, changed: true };
  expect(renderTests(tests, { all: false, colored: false })).toMatchInlineSnapshot(`
    "not as proved shop-proxy-1 -> shop-web-1 [fd77::1:3:0:1]:8081/tcp
      clause  implied chain service/shop (just outside)
      prover  dropped: host1 default.web: no rule allows it
      path    1  host1 default.web  drop (no rule)
      kernel  refused after 1.5 ms: RST (fd77::1:3:0:1)

    CLAUSE                      TRIED  AS PROVED  NOT AS PROVED  UNCLEAR
    implied chain service/shop  2      1          1              .
    all connections             2      1          1              .
    3 more could be tried: --max-cases 6 tries all
    1 from the internet were not tried: --from-here takes this machine for it
    the site changed meanwhile: what is not as proved may be no longer so
    "
  `);
  expect(statusOfTests(tests)).toBe(1);
  expect(statusOfTests({ ...tests, results: results.slice(0, 1) })).toBe(0);
  const xml = renderTestsJunit(tests, { begunAt: 0 as never, took: 10 as never });
  expect(xml).toContain('tests="2" failures="1"');
  expect(xml).toContain("refused after 1.5 ms: RST");
});
