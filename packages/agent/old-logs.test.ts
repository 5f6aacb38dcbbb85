import type { HostState, NodeSystem } from "@netwright/contract";
import { expect, test } from "vitest";
import { forgetOldLogs } from "./old-logs.ts";

const directories: Record<string, readonly string[]> = {
  "/state/logs": [
    "default.shop-web-1.log",
    "default.shop-web-2.log",
    "default.shop-web-2.log.1",
    "a.b-c-3.log",
    "a.b-p-1.log",
  ],
  "/run/crun": ["a.b-c-3@0123456789ab"],
  "/run/haproxy": ["a.b-p-1"],
};

test("keeps logs of what is wanted and of what has not ended yet, forgets the others with their older pieces", async () => {
  const removed: string[] = [];
  const files = {
    list: async (path: string) => directories[path] ?? [],
    remove: async (path: string) => void removed.push(path),
  };
  const system = { files, paths: { run: "/run", state: "/state" } } as unknown as NodeSystem;
  const state = { networks: [{ project: "default", workloads: [{ id: "shop-web-1" }] }] } as unknown as HostState;
  await forgetOldLogs(system, state);
  expect(removed).toEqual(["/state/logs/default.shop-web-2.log", "/state/logs/default.shop-web-2.log.1"]);
});
