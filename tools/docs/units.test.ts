/**
 * The systemd units of docs/real-hosts.md, judged by systemd's own checker where it is installed. It reads units without
 * a running systemd; that the services start under one is not shown by it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root } from "../gate/program.ts";

const page = readFileSync(join(root, "docs/real-hosts.md"), "utf8");
/** By file name: the page names each unit's path right before its text. */
const units = [...page.matchAll(/`\/etc\/systemd\/system\/([a-z-]+\.service)`:\n\n```ini\n([^]*?)```/g)].map(
  ([, name = "", text = ""]) => ({ name, text }),
);
const directory = mkdtempSync(join(tmpdir(), "netwright-units-"));
afterAll(() => rmSync(directory, { recursive: true }));

const hasChecker = spawnSync("systemd-analyze", ["--version"]).status === 0;

/** What is wrong with a unit; nothing where there is no checker. */
function complaintsAbout(name: string, text: string): string {
  const path = join(directory, name);
  // It wants every program to be there.
  writeFileSync(path, text.replaceAll("/opt/netwright/bin/", `${join(root, "bin")}/`));
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", path], {
    encoding: "utf8",
  });
  return status === 0 && stderr === "" ? "" : stderr || `systemd-analyze ended with ${status}`;
}

test("the page has both units", () => {
  expect(units.map(({ name }) => name)).toEqual(["netwright-server.service", "netwright-agent.service"]);
});

test.each(units)("$name is a unit that systemd takes; with a misspelt line it is not", ({ name, text }) => {
  expect(text).toMatch(
    /^\[Unit\]\n[^]*\n\[Service\]\n[^]*^ExecStart=\/opt\/netwright\/bin\/netwright [^]*\n\[Install\]\n/m,
  );
  if (!hasChecker) return;
  expect(complaintsAbout(name, text)).toBe("");
  expect(complaintsAbout(name, text.replace("Restart=always", "Restart=allways"))).toContain("restart specifier");
});
