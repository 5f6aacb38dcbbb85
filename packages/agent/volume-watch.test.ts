import type { HostState, InstanceReport } from "@netwright/contract";
import { expect, test } from "vitest";
import { mountsOf } from "./volume-watch.ts";

const workload = (id: string, volumes: readonly object[]) => ({ id, run: { kind: "Container", volumes } });
const state = {
  networks: [
    {
      project: "shop",
      workloads: [
        workload("db-main-1", [
          { kind: "Volume", id: "shop.db-main-data-1.7", path: "/data" },
          { kind: "HostPath", source: "/srv", path: "/srv" },
        ]),
        workload("db-main-2", [{ kind: "Volume", id: "shop.db-main-data-2.8", path: "/data" }]),
        { id: "db-proxy-1", run: { kind: "Proxy" } },
      ],
    },
  ],
} as unknown as HostState;
const report = (project: string, id: string, pid: number | null) => ({ project, id, pid }) as InstanceReport;

test("a volume is seen through the instance that has it and runs", () => {
  const reports = [report("shop", "db-main-1", 42), report("shop", "db-main-2", null), report("shop", "db-proxy-1", 7)];
  expect([...mountsOf(state, reports)]).toEqual([["shop.db-main-data-1.7", "/proc/42/root/data"]]);
  expect([...mountsOf(state, [report("other", "db-main-1", 42)])]).toEqual([]);
});
