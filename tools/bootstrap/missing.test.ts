import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeMissing, isComplete, programIsThere } from "./missing.mjs";
import { needs, needsOf } from "./packages.mjs";

test("every program is listed once, and a later stage needs what an earlier one needs", () => {
  expect(new Set(needs.map((entry) => entry.program)).size).toBe(needs.length);
  expect(needsOf("bench")).toEqual(needs);
  expect(needsOf("test")).toEqual(expect.arrayContaining([...needsOf("demo")]));
  expect(needsOf("demo").map((entry) => entry.program)).not.toContain("iperf3");
});

test("a program is found in a directory or by its path", () => {
  expect(programIsThere("sh", ["/nonexistent", "/bin"])).toBe(true);
  expect(programIsThere("/bin/sh", [])).toBe(true);
  expect(programIsThere("no-such-program", ["/bin"])).toBe(false);
});

test("what is missing is told in aligned columns", () => {
  const programs = needs.filter((entry) => ["nft", "/usr/lib/frr/bgpd"].includes(entry.program));
  expect(describeMissing({ programs, node: false, modules: true, native: false })).toEqual([
    "  nft           Debian package nftables  firewall and load balancer in the kernel",
    "  bgpd          Debian package frr       the lab's provider, a BGP speaker that is not ours",
    "  node_modules  npm ci                   libraries of Netwright, as package-lock.json names them",
  ]);
  expect(isComplete({ programs, node: false, modules: false, native: false })).toBe(false);
  expect(isComplete({ programs: [], node: false, modules: false, native: true })).toBe(false);
  expect(isComplete({ programs: [], node: false, modules: false, native: false })).toBe(true);
});

test("a wrong argument is a usage error that changes nothing", () => {
  const setup = join(import.meta.dirname, "../setup");
  const result = spawnSync(setup, ["--for", "everything"], { encoding: "utf8" });
  expect(result.status).toBe(2);
  expect(result.stderr).toContain("Usage: tools/setup");
});

test("without Node the launcher says what to install", () => {
  const setup = join(import.meta.dirname, "../setup");
  const result = spawnSync("/bin/sh", [setup], { encoding: "utf8", env: { PATH: "/nonexistent:/usr/lib/klibc/bin" } });
  expect(result.status).toBe(1);
  expect(result.stderr).toContain("hint: apt-get install nodejs npm");
});
