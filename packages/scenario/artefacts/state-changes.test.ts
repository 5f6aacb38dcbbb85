import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stateChanges, unifiedDiff } from "./state-changes.ts";
import { networkPart, withHeadings } from "./state-script.ts";

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join("");

test("what changed, under its section", () => {
  const before = lines(
    "== routes",
    "default via fe80::1",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "g",
    "h",
    "== rules",
    "0: all",
  );
  const after = before.replace("default via fe80::1\n", "").replace("0: all", "0: all\n1: new");
  expect(stateChanges(new Map([["web", before]]), new Map([["web", after]]))).toBe(
    lines(
      "--- before/web.txt",
      "+++ nodes/web.txt",
      "@@ -1,5 +1,4 @@",
      " == routes",
      "-default via fe80::1",
      " a",
      " b",
      " c",
      "@@ -10,3 +9,4 @@ routes",
      " h",
      " == rules",
      " 0: all",
      "+1: new",
    ),
  );
});

test("an empty range stands behind the line that it names", () => {
  expect(unifiedDiff("", "a\n", "x", "y")).toBe(lines("--- x", "+++ y", "@@ -0,0 +1,1 @@", "+a"));
  expect(unifiedDiff("a\n", "", "x", "y")).toBe(lines("--- x", "+++ y", "@@ -1,1 +0,0 @@", "-a"));
});

test.each([
  ["counter packets 3 bytes 99 drop", "counter packets 12 bytes 400 drop"],
  ["fe80::1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE", "fe80::1 dev eth0 lladdr 02:00:00:00:00:01 router STALE"],
  ["default via fe80::1 expires 1799sec", "default via fe80::1 expires 1200sec"],
  ["valid_lft 86399sec preferred_lft 14399sec", "valid_lft 86000sec preferred_lft 14000sec"],
])("%j to %j is no change", (before, after) => {
  expect(stateChanges(new Map([["a", before]]), new Map([["a", after]]))).toBe("");
});

test("a neighbour that does not answer any more is a change", () => {
  const state = (word: string) => new Map([["a", `fe80::1 dev eth0 ${word}\n`]]);
  expect(stateChanges(state("REACHABLE"), state("FAILED"))).toContain("+fe80::1 dev eth0 FAILED");
});

test("nodes that were not asked before are left out", () => {
  expect(stateChanges(new Map(), new Map([["a", "x\n"]]))).toBe("");
});

test("patch takes what it prints", () => {
  const directory = mkdtempSync(join(tmpdir(), "netwright-diff-"));
  const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 30 }).map((own) => lines(...own));
  try {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before, after, "a", "b");
        expect(diff === "").toBe(before === after);
        if (diff === "") return;
        const file = join(directory, "file");
        writeFileSync(file, before);
        execFileSync("git", ["apply", "--unidiff-zero", "-p0", "-"], {
          cwd: directory,
          input: diff.replace(/^--- a\n\+\+\+ b\n/, "--- file\n+++ file\n"),
          stdio: ["pipe", "pipe", "pipe"],
        });
        expect(readFileSync(file, "utf8")).toBe(after);
      }),
      { numRuns: 10 },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("of what is collected after a failure the part that can be compared is that of before", () => {
  const before = "== listening sockets\ntcp LISTEN\n";
  expect(networkPart(`${before}\n== link statistics\n1: lo\n`)).toBe(before);
  expect(networkPart(before)).toBe(before);
});

test("what a batch prints gets a heading for each part; what is not whole stays as it is", () => {
  const mark =
    "1: lo: <LOOPBACK,UP> mtu 65536 state UNKNOWN mode DEFAULT group default\n    link/loopback 00:00 brd 00:00\n";
  const printed = `1: lo: <LOOPBACK,UP> mtu 65536\n${mark}r\n${mark}0: all\n${mark}\n== nftables\n`;
  const text = lines(
    "== addresses",
    "1: lo: <LOOPBACK,UP> mtu 65536",
    "",
    "== routes",
    "r",
    "",
    "== rules, IPv4",
    "0: all",
  );
  expect(withHeadings(printed)).toBe(text + lines("", "== neighbours", "", "== nftables"));
  expect(withHeadings("sh: ip: not found\n\n== nftables\n")).toBe("sh: ip: not found\n\n== nftables\n");
});
