import type { Instant } from "@netwright/base";
import type { Ledger } from "@netwright/compiler";
import type { NodeReport } from "@netwright/contract";
import { expect, test } from "vitest";
import { endedPrograms } from "./ended-programs.ts";

const report = (at?: number): NodeReport =>
  ({
    node: "host1",
    instances: [
      {
        project: "team",
        id: "shop-web-1",
        ...(at === undefined
          ? {}
          : { lastExit: { reason: "Exited", message: "ended with status 3", at: at as Instant } }),
      },
    ],
  }) as unknown as NodeReport;
const ledger = new Map([["instance/team/shop-web-1", { kind: "Instance", service: "shop" }]]) as unknown as Ledger;

test("each end is told once, as an event of the service", () => {
  const event = {
    object: "team/service/shop",
    type: "Warning",
    reason: "Exited",
    message: "shop-web-1 on host1 ended with status 3",
  };
  expect(endedPrograms(report(), report(1), ledger)).toEqual([event]);
  expect(endedPrograms(report(1), report(2), ledger)).toEqual([event]);
  expect(endedPrograms(report(1), report(1), ledger)).toEqual([]);
  expect(endedPrograms(undefined, report(1), ledger)).toEqual([]);
  expect(endedPrograms(report(), report(1), new Map())).toEqual([]);
});
