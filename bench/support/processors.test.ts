import { expect, test } from "vitest";
import { parseStat, parseTimes, shareOf } from "./processors.ts";

const stat = (idle: number, steal: number): string =>
  `cpu  20 0 10 ${idle * 2} 4 0 2 ${steal} 0 0\ncpu0 10 0 5 ${idle} 2 0 1 0 0 0\ncpu1 10 0 5 ${idle} 2 0 1 ${steal} 0 0\nintr 5\n`;

test("times of all processors; waiting for disks is idling", () => {
  expect(parseTimes(stat(100, 4))).toEqual({ idle: 204, steal: 4, total: 240 });
});

test("what others took of a span is neither busy nor idle", () => {
  const before = { idle: 100, steal: 0, total: 1000 };
  const after = { idle: 120, steal: 30, total: 1100 };
  expect(shareOf(before, after)).toEqual({ busy: 0.5, steal: 0.3 });
});

test("a process's name may look like the end of its name", () => {
  const text = `42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 7 5 0 0 20 0 1 0 100 0 0`;
  expect(parseStat(text)).toEqual({ name: "a) b (c", used: 12 });
});
