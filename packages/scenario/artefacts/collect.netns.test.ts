/** What is collected of a run that failed, on a real lab. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepReports } from "../report/write-reports.ts";
import { labContext, runFiles } from "../testdata/session.ts";
import { collect } from "./collect.ts";

let scratch: string;
beforeEach(async () => void (scratch = await mkdtemp(join(tmpdir(), "netwright-artefacts-"))));
afterEach(() => rm(scratch, { recursive: true }));

const scenario = `apiVersion: netwright.dev/v1alpha1
kind: Scenario
metadata: { name: broken }
spec:
  topology:
    lab:
      nodes: [{ name: a, role: Linux }, { name: b, role: Linux }]
      links: [{ ends: [{ node: a }, { node: b }] }]
  setup:
    - { at: a, run: ip -6 route add 2001:db8:77::/64 dev lo }
    - at: b
      background:
        - name: talker
          run: |
            echo ready; echo '-----BEGIN PRIVATE KEY-----'; echo c2VjcmV0; echo '-----END PRIVATE KEY-----'; touch /run/told; sleep 4900
      wait: [{ command: { run: test -e /run/told } }]
  steps:
    - name: fails
      at: a
      run: ip -6 route del 2001:db8:77::/64 dev lo && nft add table inet mine && exit 3
    - { name: goes on, at: a, run: nft delete table inet mine }
`;

test("state of every node before and as it failed, what changed, and logs without secrets", async () => {
  const keeper = keepReports({ files: labContext.files, clock: labContext.clock, directory: scratch });
  const { runs } = await runFiles(
    { "broken.yaml": scenario },
    { collect, directoryOf: ({ id }) => `${scratch}/${id}`, report: keeper.report },
  );
  await keeper.end();
  const directory = `${scratch}/broken`;
  expect(runs[0]).toMatchObject({ verdict: "Failed", artefacts: directory });
  const read = (path: string): Promise<string> => readFile(`${directory}/${path}`, "utf8");
  expect((await readdir(directory)).toSorted()).toEqual(["before", "changes.diff", "logs", "nodes", "report.json"]);
  const changes = await read("changes.diff");
  expect(changes).toMatch(/^--- before\/a\.txt\n\+\+\+ nodes\/a\.txt\n/);
  expect(changes).toMatch(/^-2001:db8:77::\/64 dev lo/m);
  // The step behind the failure took it away again: it was collected before.
  expect(changes).toMatch(/^\+table inet mine/m);
  expect(changes).not.toContain("nodes/b.txt");
  const before = await read("before/a.txt");
  expect(before).toMatch(
    /^== addresses\n1: lo: [^]*\n== routes\n[^]*\n== rules, IPv4\n0:[^]*\n== neighbours\n[^]*\n== rules, IPv6\n0:/,
  );
  // Of both families, each once.
  expect(before.match(/^2001:db8:77::\/64 dev lo|^local 127\.0\.0\.1 dev lo/gm)).toHaveLength(2);
  expect(await read("nodes/b.txt")).toMatch(/== processes\n[^]*sleep 4900/);
  expect(await read("logs/b.talker.log")).toBe("ready\n[removed]\n");
  expect(JSON.parse(await read("report.json"))).toMatchObject({ version: 1, id: "broken", verdict: "Failed" });
  expect(await readFile(`${scratch}/index.html`, "utf8")).toContain(`href="./broken/nodes/a.txt"`);
});
