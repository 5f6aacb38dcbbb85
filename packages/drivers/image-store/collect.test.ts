import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeSystem } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { setAsideWritten, sweepImages } from "./collect.ts";
import { workDirectory, writableDirectory } from "./layout.ts";

const base = mkdtempSync(join(tmpdir(), "nw-collect-"));
afterAll(() => rmSync(base, { recursive: true }));

test("what a container writes that starts meanwhile stays, also under the name of one that is gone", async () => {
  const system = nodeSystem({ run: join(base, "run"), state: join(base, "state") });
  const [work, writable] = [workDirectory(system.paths), writableDirectory(system.paths)];
  const write = (name: string): unknown => mkdirSync(join(writable, name, "upper/etc"), { recursive: true });
  for (const name of ["gone@1", "again@1", "lives@1"]) write(name);
  await setAsideWritten(system, async () => {
    write("starts@1");
    return ["lives@1"];
  });
  expect(readdirSync(writable).toSorted()).toEqual(["lives@1", "starts@1"]);
  write("again@1");
  expect(readdirSync(work)).toHaveLength(2);
  await sweepImages(system);
  expect(existsSync(work)).toBe(false);
  expect(readdirSync(writable).toSorted()).toEqual(["again@1", "lives@1", "starts@1"]);
});
