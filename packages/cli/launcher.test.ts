/** `bin/netwright` where the Node at hand is too old: in a clone, and where only the programs were copied to. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const launcher = join(import.meta.dirname, "../../bin/netwright");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "netwright-launcher-"));
  mkdirSync(join(root, "bin"));
  copyFileSync(launcher, join(root, "bin/netwright"));
  program("old/node", "echo v20.20.2");
});
afterEach(() => rmSync(root, { recursive: true }));

function program(path: string, script: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const start = () =>
  spawnSync(join(root, "bin/netwright"), ["version"], {
    encoding: "utf8",
    env: { PATH: `${join(root, "old")}:/usr/bin:/bin` },
  });

/** The path that a hint tells to run or to copy to, if any. */
const pathsIn = (text: string): readonly string[] => [...text.matchAll(/(\/\S+)/g)].map(([, path]) => path as string);

test("on a host that has the programs alone, the hint names nothing that is not there", () => {
  const { status, stderr } = start();
  expect(status).toBe(1);
  expect(stderr).toContain("error NW1602 engine: Netwright needs Node 24 or newer; this machine has 20.20.2\n");
  expect(stderr).toContain(
    `  hint: install Node 24 or newer, or copy .tools of the clone that built the programs to ${root}`,
  );
  expect(pathsIn(stderr).filter((path) => !existsSync(path))).toEqual([]);
});

test("in a clone, the hint is its set-up", () => {
  program("tools/setup", "true");
  expect(start().stderr).toContain(`  hint: ${join(root, "tools/setup")}\n`);
});

test("a Node that was copied beside the programs is taken", () => {
  program(".tools/node_modules/.bin/node", 'echo "$@"');
  mkdirSync(join(root, "dist"));
  writeFileSync(join(root, "dist/netwright.mjs"), "");
  expect(start()).toMatchObject({
    status: 0,
    stdout: `--min-semi-space-size=4 ${join(root, "dist/netwright.mjs")} version\n`,
  });
});
