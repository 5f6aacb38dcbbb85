import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { modulesAreCurrent, nodeIsThere } from "./node-modules.mjs";

let root = "";
const write = (path: string, packages: object): void => writeFileSync(join(root, path), JSON.stringify({ packages }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "netwright-modules-"));
  mkdirSync(join(root, "node_modules/@netwright"), { recursive: true });
  write("package-lock.json", {
    "": { name: "netwright" },
    "packages/base": { version: "0.1.0" },
    "node_modules/zod": { version: "4.6.7" },
    "node_modules/@netwright/base": { resolved: "packages/base", link: true },
    "node_modules/@esbuild/win32-x64": { version: "0.28.2", optional: true },
  });
  write("node_modules/.package-lock.json", { "node_modules/zod": { version: "4.6.7" } });
  symlinkSync("../../packages/base", join(root, "node_modules/@netwright/base"));
});
afterEach(() => rmSync(root, { recursive: true }));

test("current: every package in its version, every workspace linked; another machine's binaries may be absent", () => {
  expect(modulesAreCurrent(root)).toBe(true);
});

test("a missing package, another version or a missing link is not current", () => {
  write("node_modules/.package-lock.json", {});
  expect(modulesAreCurrent(root)).toBe(false);
  write("node_modules/.package-lock.json", { "node_modules/zod": { version: "4.6.6" } });
  expect(modulesAreCurrent(root)).toBe(false);
  write("node_modules/.package-lock.json", { "node_modules/zod": { version: "4.6.7" } });
  rmSync(join(root, "node_modules/@netwright/base"));
  expect(modulesAreCurrent(root)).toBe(false);
});

test("no node_modules is not current", () => {
  rmSync(join(root, "node_modules"), { recursive: true });
  expect(modulesAreCurrent(root)).toBe(false);
});

test("Node 24 is there when this process is new enough or the checkout has its own", () => {
  expect(nodeIsThere(root, "20.20.2")).toBe(false);
  expect(nodeIsThere(root, "24.0.0")).toBe(true);
  mkdirSync(join(root, ".tools/node_modules/.bin"), { recursive: true });
  writeFileSync(join(root, ".tools/node_modules/.bin/node"), "");
  expect(nodeIsThere(root, "18.0.0")).toBe(true);
});
