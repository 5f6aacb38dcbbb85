import { expect, test } from "vitest";
import { latencyBucketCount } from "@netwright/contract";
import { partSpan, Ring, seriesOctets } from "./ring.ts";
import { columnOf, type Subject } from "./subject.ts";

const member = (key: string): Subject => ({ kind: "Member", key, host: "host1" });
const requests = columnOf("Member", "requests");
const queue = columnOf("Member", "queue");
const values = (change: Readonly<Record<number, number>>) =>
  Array.from({ length: 12 }, (_, index) => change[index] ?? null);
const start = 1_000 * partSpan;
const generous = { retention: 4 * partSpan, octets: 2 ** 24 };

const scanned = (ring: Ring, subject: Subject, column: number, from: number, to: number) => {
  const found: [number, number][] = [];
  ring.scan(subject, column, from, to, (value, second) => found.push([second - start, value]));
  return found;
};

test("what was written is found in its second, over the bounds of parts; what was not is not there", () => {
  const ring = new Ring(generous);
  const one = member("one");
  for (const second of [0, 1, partSpan - 1, partSpan])
    ring.write(one, start + second, { values: values({ [requests]: second }) });
  expect(scanned(ring, one, requests, start + 1, start + partSpan + 1)).toEqual([
    [1, 1],
    [partSpan - 1, partSpan - 1],
    [partSpan, partSpan],
  ]);
  expect(scanned(ring, one, requests, start + 2, start + partSpan - 1)).toEqual([]);
  expect(scanned(ring, one, queue, start, start + partSpan)).toEqual([]);
  expect(scanned(ring, member("other"), requests, start, start + partSpan)).toEqual([]);
});

test("two samples of one second: rates are averaged, of gauges the later one stands", () => {
  const ring = new Ring(generous);
  const one = member("one");
  ring.write(one, start, { values: values({ [requests]: 10, [queue]: 3 }) });
  ring.write(one, start, { values: values({ [requests]: 20, [queue]: 1 }) });
  expect(scanned(ring, one, requests, start, start + 1)).toEqual([[0, 15]]);
  expect(scanned(ring, one, queue, start, start + 1)).toEqual([[0, 1]]);
});

test("latencies add up over any seconds", () => {
  const ring = new Ring(generous);
  const one = member("one");
  for (let second = 0; second < 2 * partSpan; second += 1)
    ring.write(one, start + second, { values: values({}), latencies: [5, 1, 121, second] });
  const counts = new Float64Array(latencyBucketCount);
  ring.addLatencies(one, start + partSpan - 2, start + partSpan + 2, counts);
  expect(counts[5]).toBe(4);
  expect(counts[121]).toBe(4 * partSpan - 2);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4 * partSpan + 2);
});

test("a series takes no more memory than is said, and only where it has values", () => {
  const ring = new Ring(generous);
  for (const second of [0, 1, 2]) ring.write(member("one"), start + second, { values: values({ [requests]: 1 }) });
  // The same subject by another object is another.
  const one = member("two");
  for (const second of [0, 1, 2]) ring.write(one, start + second, { values: values({ [requests]: 1, [queue]: 1 }) });
  expect(ring.use.octets).toBe(3 * (seriesOctets + partSpan) + 2 * seriesOctets + partSpan);
});

test("the oldest part goes when its time is over, or when memory is short; subjects of which nothing is left are told", () => {
  const ring = new Ring({ retention: 2 * partSpan, octets: 2 ** 24 });
  const [old, steady] = [member("old"), member("steady")];
  ring.write(old, start, { values: values({ [requests]: 1 }) });
  for (const part of [0, 1, 2]) ring.write(steady, start + part * partSpan, { values: values({ [requests]: 1 }) });
  expect(ring.expire(start + 3 * partSpan - 1)).toEqual([]);
  expect(ring.expire(start + 3 * partSpan)).toEqual([old]);
  expect(scanned(ring, steady, requests, start, start + 3 * partSpan)).toEqual([
    [partSpan, 1],
    [2 * partSpan, 1],
  ]);
});

test("no room even without older parts: the sample is refused and counted, and what is there stays", () => {
  const ring = new Ring({ retention: 2 * partSpan, octets: 12 * seriesOctets });
  const [first, second] = [member("first"), member("second")];
  ring.write(first, start, { values: values({ [requests]: 1 }) });
  ring.write(second, start, { values: values({ [requests]: 2 }) });
  expect(ring.use.refused).toBe(1);
  expect(scanned(ring, first, requests, start, start + 1)).toEqual([[0, 1]]);
  ring.write(second, start + partSpan, { values: values({ [requests]: 2 }) });
  expect(ring.use).toMatchObject({ refused: 1, oldest: start + partSpan });
  expect(ring.expire(start + partSpan)).toEqual([first]);
});
