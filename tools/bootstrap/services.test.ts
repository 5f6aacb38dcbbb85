import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { policyScript, unitsOf } from "./services.mjs";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "netwright-services-"));
  mkdirSync(join(directory, "info"));
  writeFileSync(
    join(directory, "info/bird2.list"),
    "/.\n/lib/systemd/system/bird.service\n/etc/init.d/bird\n/usr/sbin/bird\n",
  );
  writeFileSync(
    join(directory, "info/knot:amd64.list"),
    "/lib/systemd/system/knot.service\n/lib/systemd/system/knot@.service\n",
  );
  writeFileSync(join(directory, "info/ssh.list"), "/lib/systemd/system/ssh.service\n/lib/systemd/system/ssh.socket\n");
});
afterEach(() => rmSync(directory, { recursive: true }));

function ask(before: string, ...words: readonly string[]): number | null {
  const script = join(directory, "policy-rc.d");
  writeFileSync(script, policyScript(["bird2", "knot"], before, join(directory, "info")), { mode: 0o755 });
  return spawnSync("sh", [script, ...words]).status;
}

test("services of new packages are refused, by unit and by script name", () => {
  const none = join(directory, "none");
  expect(ask(none, "bird.service", "start")).toBe(101);
  expect(ask(none, "bird", "start")).toBe(101);
  expect(ask(none, "--quiet", "knot.service", "restart")).toBe(101);
});

test("all other services are allowed, or what the policy before said", () => {
  expect(ask(join(directory, "none"), "ssh.service", "restart")).toBe(0);
  const before = join(directory, "before");
  writeFileSync(before, "#!/bin/sh\n[ $1 = ssh.service ] && exit 104\nexit 101\n", { mode: 0o755 });
  expect(ask(before, "ssh.service", "restart")).toBe(104);
  expect(ask(before, "cron", "start")).toBe(101);
});

test("units of packages, without templates", () => {
  expect(unitsOf(["bird2", "knot"], join(directory, "info"))).toEqual(["bird.service", "knot.service"]);
  expect(unitsOf(["ssh"], join(directory, "info"))).toEqual(["ssh.service", "ssh.socket"]);
  expect(unitsOf(["frr"], join(directory, "info"))).toEqual([]);
});
