import { latencyBucket } from "@netwright/contract";
import { expect, test } from "vitest";
import { latencyMap, parseLatencies } from "./latency.ts";

const ranges = latencyMap()
  .trim()
  .split("\n")
  .map((line) => /^(\d+):(\d+) (\d+)$/.exec(line)?.slice(1).map(Number) as [number, number, number]);

test("HAProxy's map and the buckets are one, without a gap", () => {
  for (const [from, to, bucket] of ranges) {
    expect(latencyBucket(from)).toBe(bucket);
    expect(latencyBucket(to)).toBe(bucket);
  }
  expect(ranges.slice(1).map(([from]) => from)).toEqual(ranges.slice(0, -1).map(([, to]) => to + 1));
});

test("rows by member and bucket", () => {
  const text = `# table: netwright.latency, type: string, size:10000, used:3
0x5: key=shop-web-1/7 use=0 exp=599328 gpc0=12
0x6: key=shop-web-1/31 use=1 exp=599328 gpc0=1
0x7: key=shop-web-2/7 use=0 exp=1 gpc0=3

`;
  expect(parseLatencies(text)).toEqual(
    new Map([
      [
        "shop-web-1",
        new Map([
          [7, 12],
          [31, 1],
        ]),
      ],
      ["shop-web-2", new Map([[7, 3]])],
    ]),
  );
  expect(parseLatencies("Unknown table\n")).toEqual(new Map());
});
