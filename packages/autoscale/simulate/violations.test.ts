import { expect, test } from "vitest";
import { violationMeter } from "./violations.ts";

test("requests count, not seconds; the longest stretch and the parts of the chart", () => {
  const meter = violationMeter(6);
  const rates = [10, 10, 30, 30, 10, 10];
  for (const [second, requests] of rates.entries())
    meter.add({ requests, failed: second === 3 ? 5 : 0, violated: second === 2 || second === 3 || second === 5 });
  expect(meter.end()).toEqual({ requests: 100, violations: 70, failed: 5, longest: 2, perPart: [0, 0, 1, 1, 0, 1] });
});

test("no requests, no violations", () => {
  const meter = violationMeter(1);
  meter.add({ requests: 0, failed: 0, violated: false });
  expect(meter.end()).toMatchObject({ violations: 0, failed: 0 });
});
