import { expect, test } from "vitest";
import { parseShareOfReplicas } from "./share-of-replicas.ts";

test.each([
  [0, { count: 0 }],
  [3, { count: 3 }],
  ["2", { count: 2 }],
  ["0%", { percent: 0 }],
  ["25%", { percent: 25 }],
  ["100%", { percent: 100 }],
] as const)("%j", (written, share) => {
  expect(parseShareOfReplicas(written)).toEqual(share);
});

test.each([-1, 1.5, 10_001, "101%", "-5%", "2.5%", "%", "", "many", "1e3", NaN])("%j is refused", (written) => {
  expect(() => parseShareOfReplicas(written)).toThrow(/number of instances|more than all replicas/);
});
