import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "@netwright/system";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SessionReport } from "./report.ts";
import { failedRun, sampleRun, sampleSession } from "./testdata/sample-session.ts";
import { keepReports, writeReports } from "./write-reports.ts";

let scratch: string;
beforeEach(async () => void (scratch = await mkdtemp(join(tmpdir(), "netwright-reports-"))));
afterEach(() => rm(scratch, { recursive: true }));

const names = ["index.html", "junit.xml", "report.json", "report.tap"];
const jsonIn = async (directory: string) =>
  JSON.parse(await readFile(`${directory}/report.json`, "utf8")) as SessionReport;

test("all reports of a session, with links to what was collected and small texts in the page", async () => {
  const directory = join(scratch, "report");
  const artefacts = `${directory}/failover_family=6_`;
  const large = "x".repeat(20_000);
  await nodeFiles.write(`${artefacts}/nodes/web.txt`, "== addresses\n1: lo <LOOPBACK>\n");
  await nodeFiles.write(`${artefacts}/logs/web.bird.log`, large);
  await nodeFiles.write(`${artefacts}/wire #1.pcap`, "octets");
  await writeReports(nodeFiles, directory, { ...sampleSession, runs: [{ ...failedRun, artefacts }] });
  expect((await readdir(directory)).toSorted()).toEqual(["failover_family=6_", ...names]);
  const page = await readFile(`${directory}/index.html`, "utf8");
  expect(page).toContain(`href="./failover_family%3D6_/wire%20%231.pcap"`);
  expect(page).toContain("1: lo &lt;LOOPBACK&gt;");
  expect(page).toContain("nodes/web.txt</a></summary>");
  expect(page).not.toContain(large);
});

test("reports are there after every run, and those of a session that is over are its own", async () => {
  const clock = new ManualClock();
  const keeper = keepReports({ files: nodeFiles, clock, directory: scratch });
  keeper.report({ kind: "SessionBegan", runs: 2, jobs: 2, seed: 9 });
  keeper.report({ kind: "RunEnded", run: sampleRun() });
  await vi.waitFor(async () => expect(await jsonIn(scratch)).toMatchObject({ seed: 9, runs: [{ id: "two-hosts" }] }));
  keeper.report({ kind: "RunEnded", run: sampleRun({ attempt: 2 }) });
  const runs = [1, 2, 3, 4].map((attempt) => sampleRun({ attempt }));
  keeper.report({ kind: "SessionEnded", report: { ...sampleSession, runs } });
  await keeper.end();
  expect((await jsonIn(scratch)).runs.length).toBe(4);
  expect((await readdir(scratch)).toSorted()).toEqual(names);
});

test("what ends while a report is written is in the next one", async () => {
  const clock = new ManualClock();
  const keeper = keepReports({ files: nodeFiles, clock, directory: scratch });
  for (let attempt = 1; attempt <= 30; attempt++) keeper.report({ kind: "RunEnded", run: sampleRun({ attempt }) });
  await keeper.end();
  expect((await jsonIn(scratch)).runs.length).toBe(30);
});

test("a directory that cannot be made is told at the end", async () => {
  const file = join(scratch, "file");
  await writeFile(file, "");
  const keeper = keepReports({ files: nodeFiles, clock: new ManualClock(), directory: file });
  keeper.report({ kind: "RunEnded", run: sampleRun() });
  await expect(keeper.end()).rejects.toThrow(/ENOTDIR|EEXIST/);
});
