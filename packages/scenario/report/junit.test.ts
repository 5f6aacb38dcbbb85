import { expect, test } from "vitest";
import { renderJunit } from "./junit.ts";
import { elementsOf, parseXml, textIn } from "./testdata/parse-xml.ts";
import { failedRun, sampleRun, sampleSession } from "./testdata/sample-session.ts";

const all = (text: string, tag: string) => [...elementsOf(parseXml(text), tag)];

test("is what it was", async () => {
  await expect(renderJunit(sampleSession)).toMatchFileSnapshot("golden/junit.xml");
});

test("is well-formed, and names and outputs stay text", () => {
  const text = renderJunit(sampleSession);
  expect(all(text, "script")).toEqual([]);
  expect(all(text, "error").map(textIn).join()).toContain(`<script>alert("1 & 2")</script>red]]>`);
});

test("counts are those of what is inside", () => {
  const root = parseXml(renderJunit(sampleSession));
  for (const element of [root, ...elementsOf(root, "testsuite")]) {
    const count = (tag: string): string => String([...elementsOf(element, tag)].length);
    expect(element.attributes).toMatchObject({
      tests: count("testcase"),
      failures: count("failure"),
      errors: count("error"),
      skipped: count("skipped"),
    });
  }
});

test("every suite has a case: consumers pass over empty ones, and a failure would not be seen", () => {
  const suites = all(renderJunit(sampleSession), "testsuite");
  expect(suites.map((suite) => [...elementsOf(suite, "testcase")].length)).toEqual([1, 8, 1, 2]);
});

test("what may fail is skipped with its reason", () => {
  const messages = all(renderJunit(sampleSession), "skipped").map(({ attributes }) => attributes["message"]);
  expect(messages).toEqual([
    "this kernel has no netem",
    "may fail, and did: slow",
    "program postfix is not installed # apt install postfix",
  ]);
});

test("attempts are told apart", () => {
  const runs = [sampleRun(), sampleRun({ attempt: 2 })];
  const suites = all(renderJunit({ ...sampleSession, runs }), "testsuite");
  expect(suites.map(({ attributes }) => attributes["name"])).toEqual(["two-hosts", "two-hosts (attempt 2)"]);
});

test("a session without runs is whole", () => {
  expect(parseXml(renderJunit({ ...sampleSession, runs: [] })).attributes).toMatchObject({ tests: "0" });
});

test("failures say what was expected and seen, and where", () => {
  const [failure] = all(renderJunit({ ...sampleSession, runs: [failedRun] }), "failure");
  expect(failure === undefined ? "" : textIn(failure)).toBe(
    [
      "matrix (tests/failover.yaml:44)",
      "  expected  every cell as written, within 2 s",
      "  seen      1 of 4 cells differ",
      "  looked    20 times in 1.99 s",
      "  tcp 80:",
      "            router   web",
      "    client  open     ! dropped, not open",
      "    web     refused  .",
      "  counters:",
      "    packets 12",
      `    <script>alert("1 & 2")</script>red]]>`,
      "  capture: netwright-report/failover_family=6_/wire.pcap",
    ].join("\n"),
  );
});
