import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { rotateLogs } from "./logs.ts";

const state = mkdtempSync(join(tmpdir(), "netwright-logs-"));
const logs = join(state, "logs");
afterAll(() => rmSync(state, { recursive: true }));

test("a log over the size is moved aside once; its writer goes on in the emptied file; small ones stay", async () => {
  expect(await rotateLogs({ run: "/run", state })).toEqual([]);
  mkdirSync(logs);
  writeFileSync(join(logs, "small.log"), "x");
  const writer = openSync(join(logs, "big.log"), "a");
  writeSync(writer, "y".repeat(200));
  expect(await rotateLogs({ run: "/run", state }, 100)).toEqual(["big.log"]);
  writeSync(writer, "after");
  closeSync(writer);
  expect(readdirSync(logs)).toEqual(["big.log", "big.log.1", "small.log"]);
  expect(readFileSync(join(logs, "big.log"), "utf8")).toBe("after");
  expect(await rotateLogs({ run: "/run", state }, 100)).toEqual([]);
});
