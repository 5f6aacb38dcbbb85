/** The verb as it is called in CI: files in, exit status and output out, no server anywhere. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProofReport } from "@netwright/api";
import { expect, test } from "vitest";
import { runProgram } from "../program.ts";
import { keptTerminal } from "../testing/terminal.ts";

const directory = join(import.meta.dirname, "testdata");

/** Paths of sets are those in testdata. */
async function verify(...args: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const terminal = keptTerminal({ textOf: (file) => readFileSync(file, "utf8") });
  const placed = args.map((arg) => (/^(after|before|broken|wrong)$/.test(arg) ? join(directory, arg) : arg));
  const status = await runProgram(["verify", ...placed], terminal);
  const { out, err } = terminal.printed;
  return { status, out: out.replaceAll(`${directory}/`, ""), err: err.replaceAll(`${directory}/`, "") };
}

const reportOf = ({ out }: { readonly out: string }) =>
  JSON.parse(out) as ProofReport & { readonly standIns: readonly string[]; readonly elsewhere: readonly string[] };

test("what holds is proved: of classes, and of the tables that hosts would load", async () => {
  const run = await verify("-f", "after", "-o", "json");
  expect(run.status).toBe(0);
  const { clauses, standIns, elsewhere } = reportOf(run);
  expect(clauses.filter(({ verdict }) => verdict !== "Proved")).toEqual([]);
  expect(clauses.filter(({ subject }) => subject === "Translation").length).toBeGreaterThan(3);
  expect(clauses.filter(({ kind }) => kind !== "Implied").map(({ clause }) => clause)).toEqual([
    "service/shop public",
    "service/shop db-is-ours",
    "service/shop no-way-in",
  ]);
  expect(standIns).toContain("host/host1");
  expect(elsewhere).toEqual(["secret/shop-tls"]);
});

test("what does not hold is shown with its packet, its way and the lines of files", async () => {
  const { status, out } = await verify("-f", "broken", "--clause", "db-is-ours");
  expect(status).toBe(1);
  expect(out).toContain("standing in for what these manifests do not say: router/provider");
  expect(out).toContain("taken to be there: secret/shop-tls");
  expect(out).toContain(`refuted service/shop db-is-ours: only shop/web reaches shop/db
  service/shop spec.contract.ensures[1] (broken/shop.yaml:18:9)
  why     reports/main reaches shop/db at TCP port 5432`);
  expect(out).toContain("  rules   service/shop spec.allow[0] (broken/shop.yaml:14:7)\n");
});

test("the same for CI", async () => {
  const { status, out } = await verify("-f", "broken", "-o", "junit");
  expect(status).toBe(1);
  expect(out).toMatch(/<testsuites name="netwright verify" tests="\d+" failures="1" errors="0" skipped="0"/);
  expect(out).toContain('file="broken/shop.yaml" line="18"');
});

test("a change is proved from where it starts: numbers that were given out stay", async () => {
  const run = await verify("-f", "after", "--before", "before", "-o", "yaml");
  expect(run.status).toBe(0);
  expect(run.out).toContain("clause: service/shop no-way-in");
});

test("what a server would refuse is refused, with its place", async () => {
  const { status, err } = await verify("-f", "wrong");
  expect(status).toBe(4);
  expect(err).toMatch(
    /^error NW1301 invalid: contract\.ensures\[0\]\.onlyFrom\.service: .*\n {2}wrong\/shop\.yaml:\d+:\d+\n/,
  );
});

test.each([
  [["--before", "after"], "--before and --hosts are for manifests"],
  [["-f", "after", "--clause", "publik"], 'did you mean "public"?'],
])("%j is no question", async (args, said) => {
  const { status, err } = await verify(...args);
  expect(status).toBe(2);
  expect(err).toContain(said);
});
