import { milliseconds } from "@netwright/base";
import type { NodeReport } from "@netwright/contract";
import { expect, test } from "vitest";
import { ServedRequests } from "./served-requests.ts";

const report = (node: string, requests: number, failures: number): NodeReport =>
  ({
    node,
    instances: [
      { project: "default", id: "shop-proxy-1", members: [{ instance: "shop-web-1", requests, failures }] },
      { project: "default", id: "shop-web-1" },
    ],
  }) as unknown as NodeReport;

/** Reports at these seconds, and what is seen at the last of them. */
function after(...reports: readonly (readonly [at: number, report: NodeReport])[]) {
  const served = new ServedRequests();
  for (const [at, each] of reports) served.take(each, milliseconds(at * 1000));
  return served.lately(milliseconds((reports.at(-1)?.[0] ?? 0) * 1000)).get("default/shop-web-1");
}

test("what came between the first report and the last", () => {
  expect(after([0, report("host1", 100, 7)])).toBeUndefined();
  expect(after([0, report("host1", 100, 7)], [2, report("host1", 150, 9)])).toEqual({ requests: 50, failures: 2 });
});

test("of the last half minute only", () => {
  const [old, late] = [report("host1", 100, 50), report("host1", 110, 50)];
  expect(after([0, report("host1", 0, 0)], [1, old], [40, late], [41, report("host1", 120, 51)])).toEqual({
    requests: 10,
    failures: 1,
  });
});

test("proxies on several hosts are added up, and one that began anew is not counted backwards", () => {
  const both = [report("host1", 10, 0), report("host2", 20, 0), report("host1", 15, 1), report("host2", 30, 2)];
  expect(after(...both.map((each, index) => [index, each] as const))).toEqual({ requests: 15, failures: 3 });
  expect(after([0, report("host1", 500, 5)], [1, report("host1", 3, 0)], [2, report("host1", 9, 1)])).toEqual({
    requests: 6,
    failures: 1,
  });
});
