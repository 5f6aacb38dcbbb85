import { milliseconds, type Instant } from "@netwright/base";
import type { WorkloadState } from "@netwright/contract";
import { expect, test } from "vitest";
import { exitOf } from "./last-exit.ts";

const workload = (memoryBytes: number | null) =>
  ({ run: { kind: "Container", resources: { cpuMillis: null, memoryBytes, pids: 1 } } }) as unknown as WorkloadState;

test.each([
  ["Exited", 3, null, "ended with status 3"],
  ["Killed", 139, null, "was killed by SIGSEGV"],
  ["Killed", 190, null, "was killed by signal 62"],
  ["OOMKilled", 137, 64 * 2 ** 20, "was killed because it used more than its 64Mi of memory"],
  ["OOMKilled", 137, null, "was killed because the host had no memory left"],
  ["StartFailed", 125, null, "could not be started"],
  ["Unknown", null, null, "ended, and nobody saw how"],
] as const)("%s with status %s, of %s octets: %s", (reason, status, memory, words) => {
  const at = 5 as Instant;
  const lastExit = { reason, status, at, pause: milliseconds(800) };
  const message = `${words}; starts again after 800 ms`;
  expect(exitOf(workload(memory), { lastExit })).toEqual({ reason, message, at });
  expect(exitOf(workload(memory), { lastExit: { ...lastExit, pause: null } })?.message).toMatch(/; starts again soon$/);
  expect(exitOf(workload(memory), { lastExit: null })).toBeUndefined();
});
