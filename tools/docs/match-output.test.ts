import { expect, test } from "vitest";
import { firstMismatch, maskLine } from "./match-output.ts";

const match = (shown: string, printed: string) => firstMismatch(shown.split("\n"), printed.split("\n"));

test("equal lines match, other lines do not", () => {
  expect(match("NAME  STATUS\nshop  Ready", "NAME  STATUS\nshop  Ready\n")).toBeUndefined();
  expect(match("shop  Ready", "shop  Applying")).toBe("shop  Ready");
});

test("more or fewer lines than shown do not match", () => {
  expect(match("a", "a\nb")).toContain("then came: b");
  expect(match("a\nb", "a")).toBe("b");
  expect(match("a", "")).toBe("a");
});

test("dots alone stand for any lines, also for none", () => {
  expect(match("a\n...\nd", "a\nb\nc\nd")).toBeUndefined();
  expect(match("a\n...\nd", "a\nd")).toBeUndefined();
  expect(match("...", "")).toBeUndefined();
  expect(match("a\n...\nd", "a\nb")).toBe("d");
  expect(match("...\nb\n...\nd", "b\na\nb\nc\nd")).toBeUndefined();
});

test("what differs from run to run is masked, on both sides", () => {
  expect(match("ready in 3.39 s", "ready in 812 ms")).toBeUndefined();
  expect(match("up since 2026-01-02T03:04:05.678Z", "up since 2027-11-12T13:14:15.000Z")).toBeUndefined();
  expect(
    match(
      'counter packets 1 bytes 80 drop comment "denied a285a564"',
      'counter packets 7 bytes 9 drop comment "denied 00000000"',
    ),
  ).toBeUndefined();
  expect(match("This is shop-web-1, you are 2001:db8::2", "This is shop-web-3, you are 2001:db8::2")).toBeUndefined();
});

test("numbers with a meaning are not masked", () => {
  for (const line of ["web=3", "3 instances", "tcp/8080", "fd00:0:1:1:1:2:0:1", "3 flows opened, 0 closed"]) {
    expect(maskLine(line)).toBe(line);
  }
});
