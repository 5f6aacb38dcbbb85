import { afterEach, expect, test, vi } from "vitest";
import { burst, subjectOf } from "./kernel-monitor.ts";

test.each([
  ["[nsid current]fd01::5 via fd00::2 dev v0 proto bird metric 32 pref medium", "Foreign"],
  ["[nsid current]Deleted fd01::5 via fd00::2 dev v0 proto bird metric 32 pref medium", "Foreign"],
  ["[nsid current]default proto bird metric 32 pref medium\\\tnexthop via fe80::1 dev e0 weight 1", "Foreign"],
  ["[nsid current]unreachable fd04::/64 dev lo proto bird metric 1024 pref medium", "Foreign"],
  ["[nsid current]fd01::5 via fd00::2 dev v0 proto static metric 32 pref medium", "Foreign"],
  ["[nsid current]fd03::/64 dev v0 proto 178 metric 1024 pref medium", "Own"],
  ["[nsid current]fe80::/64 dev v1 proto kernel metric 256 pref medium", "Own"],
  ["[nsid current]3: v0    inet6 fd00::1/64 scope global nodad", "Own"],
  ["[nsid 0]3: v0    inet6 fd00::1/64 scope global nodad", "Own"],
  ["[nsid 0]Deleted default via fe80::1 dev eth0 proto 178 metric 1024 pref medium", "Own"],
  ["[nsid 0]default via fe80::2 dev eth0 proto boot metric 1024 pref medium", "Own"],
  ["[nsid 0]default via fe80::2 dev eth0 proto static metric 1024 pref medium", "Own"],
  ["[nsid 0]fe80::/64 dev v1 proto kernel metric 256 pref medium", "Own"],
  ["[nsid 0]fd01::5 via fd00::2 dev v0 proto bird metric 32 pref medium", "Neither"],
  ["[nsid 12]Deleted fd01::5 via fd00::2 dev v0 proto bgp metric 20 pref medium", "Neither"],
])("%s: %s", (line, subject) => {
  expect(subjectOf(line)).toBe(subject);
});

afterEach(() => void vi.useRealTimers());

/** When a note comes every 10 ms for so long. @returns the times of the actions */
function actionsWhileNoted(span: number, ...gaps: readonly [number, number]): readonly number[] {
  vi.useFakeTimers();
  const start = performance.now();
  const times: number[] = [];
  const { note } = burst(5, ...gaps, () => void times.push(performance.now() - start));
  for (let at = 0; at < span; at += 10) {
    note();
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(10_000);
  note();
  vi.advanceTimersByTime(1000);
  return times;
}

test("notes that go on come through at once, then ever more seldom, and at once again after a pause", () => {
  const times = actionsWhileNoted(3000, 100, 1000);
  expect(times[0]).toBe(5);
  expect(times[1]).toBe(105);
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
  expect(gaps.slice(1, -2)).toEqual([200, 400, 800, 1000]);
  expect(times.at(-1)).toBe(13_005);
});

test("with a gap that may not grow they come through evenly", () => {
  const times = actionsWhileNoted(1000, 100, 100);
  expect(times.length).toBe(12);
});
