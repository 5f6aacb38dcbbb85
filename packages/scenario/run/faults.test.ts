import type { Fault } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import type { FaultOutcome } from "@netwright/lab";
import { expect, test } from "vitest";
import { ActiveFaults } from "./faults.ts";

const fault = (more: object = {}): Fault => ({ link: "a-b", down: true, ...more }) as unknown as Fault;

function faultsThat(end: () => Promise<void>) {
  let now = 0;
  const begin = async (): Promise<FaultOutcome> => ({
    kind: "Active",
    fault: { id: 1, description: "a-b: down", end },
  });
  const faults = new ActiveFaults(begin, () => milliseconds(now));
  return { faults, pass: (span: number): void => void (now += span) };
}

test("a fault that could not be ended is ended by the next healing", async () => {
  const results = [Promise.reject(new RangeError("busy")), Promise.resolve()];
  results[0]?.catch(() => {});
  const { faults, pass } = faultsThat(() => results.shift() ?? Promise.reject(new RangeError("ended twice")));
  const end = await faults.begin(fault());
  await expect(end()).rejects.toThrow("busy");
  expect(faults.reports[0]?.until).toBeNull();
  pass(5);
  await faults.heal();
  await faults.heal();
  expect(faults.reports[0]?.until).toBe(5);
});

test("whoever ends a fault while it is being ended waits for that", async () => {
  let ends = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const { faults } = faultsThat(() => {
    ends += 1;
    return promise;
  });
  const end = await faults.begin(fault());
  let healed = false;
  const both = [end(), faults.heal().then(() => (healed = true))];
  await Promise.resolve();
  expect(healed).toBe(false);
  resolve();
  await Promise.all(both);
  expect(ends).toBe(1);
});

test("a fault with a span of its own ended when that was over", async () => {
  const { faults, pass } = faultsThat(async () => {});
  await faults.begin(fault({ for: 10 }));
  pass(30);
  await faults.heal();
  expect(faults.reports[0]?.until).toBe(10);
});
