/** The units of the packages, judged by systemd's own checkers. That they run is shown by e2e/packages. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root } from "../gate/program.ts";

/** Exposure at most, as `systemd-analyze security` counts it, in tenths: 0 is best, 100 worst. */
const units = [
  { name: "netwright-server.service", exposure: 16 },
  // It makes namespaces, mounts and kernel rules that the whole machine sees.
  { name: "netwright-agent.service", exposure: 78 },
];
const directory = mkdtempSync(join(tmpdir(), "netwright-units-"));
afterAll(() => rmSync(directory, { recursive: true }));

const textOf = (name: string): string => readFileSync(join(root, "packaging/systemd", name), "utf8");

/** What systemd says of a unit; it wants every program to be there. */
function judge(name: string, text: string, ...command: readonly string[]): string {
  const path = join(directory, name);
  writeFileSync(path, text.replaceAll("/usr/bin/netwright", join(root, "bin/netwright")));
  const { status, stdout, stderr } = spawnSync("systemd-analyze", [...command, path], { encoding: "utf8" });
  return status === 0 ? stderr : stdout + stderr || `systemd-analyze ended with ${status}`;
}

test.each(units)("$name is a unit that systemd takes; with a misspelt line it is not", ({ name }) => {
  const verify = ["verify", "--man=no", "--recursive-errors=no"];
  expect(judge(name, textOf(name), ...verify)).toBe("");
  expect(judge(name, textOf(name).replace("Restart=always", "Restart=allways"), ...verify)).toContain("restart");
});

test.each(units)("$name gives up what it does not need", ({ name, exposure }) => {
  const security = ["security", "--offline=true", "--no-pager", `--threshold=${exposure}`];
  expect(judge(name, textOf(name), ...security)).toBe("");
  expect(judge(name, textOf(name).replace(/^CapabilityBoundingSet=.*$/m, ""), ...security)).not.toBe("");
});

test("a stop of the agent ends nothing that it started", () => {
  expect(textOf("netwright-agent.service")).toContain("\nKillMode=process\n");
});
