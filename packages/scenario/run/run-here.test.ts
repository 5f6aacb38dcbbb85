import { readFileSync } from "node:fs";
import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { runHere } from "./run-here.ts";

const never = new AbortController().signal;
const shell = (line: string, signal = never, timeout = 20_000) =>
  runHere(
    { argv: ["/bin/sh", "-c", line], directory: "/tmp", env: { WORD: "hello", PATH: process.env["PATH"] ?? "" } },
    { timeout: milliseconds(timeout), signal },
  );
/** One that has ended may wait for its parent still. */
const alive = (pid: string): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

test("its output, status, directory and environment", async () => {
  expect(await shell("pwd; echo $WORD; echo no >&2; exit 3")).toMatchObject({
    code: 3,
    stdout: "/tmp\nhello\n",
    stderr: "no\n",
    timedOut: false,
    truncated: false,
  });
});

test("when its time is over, what it started ends too", async () => {
  const { stdout, code, timedOut } = await shell("sleep 4803 & echo $!; wait", never, 300);
  expect([code, timedOut]).toEqual([124, true]);
  await expect.poll(() => alive(stdout.trim())).toBe(false);
});

test("whoever leaves a program behind is not waited for", async () => {
  const { stdout, code } = await shell("sleep 4804 & echo $!");
  process.kill(Number(stdout));
  expect(code).toBe(0);
});

test("an abort ends it, a long output is cut, a program that is not there has a status", async () => {
  const abort = new AbortController();
  const running = shell("sleep 4805", abort.signal);
  abort.abort(new RangeError("enough"));
  await expect(running).rejects.toThrow("enough");
  const long = await shell("head -c 2000000 /dev/zero");
  expect([long.stdout.length, long.truncated]).toEqual([2 ** 20, true]);
  const limit = { timeout: milliseconds(1000), signal: never };
  const missing = await runHere({ argv: ["/no/such/program"], directory: "/tmp", env: {} }, limit);
  expect(missing).toMatchObject({ code: 127, stderr: expect.stringContaining("ENOENT") as string });
});
