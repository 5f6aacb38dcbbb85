import { seconds } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { traceReader, type ReadOptions, type ReadTrace } from "./read-trace.ts";

function read(text: string, options: Partial<ReadOptions> = {}): ReadTrace {
  const reader = traceReader({ file: "trace", gaps: "refuse", bucket: seconds(10), ...options });
  for (const line of text.split("\n")) reader.line(line);
  return reader.end();
}

const ratesOf = (text: string, options: Partial<ReadOptions> = {}): readonly number[] => [
  ...read(text, options).trace.rates,
];

const refusal = (text: string, options: Partial<ReadOptions> = {}): unknown => {
  try {
    return read(text, options);
  } catch (error) {
    const { code, message, diagnostics } = error as {
      code: string;
      message: string;
      diagnostics: readonly { source: { line: number }; hint?: string }[];
    };
    return { code, message, line: diagnostics[0]?.source.line, hinted: diagnostics[0]?.hint !== undefined };
  }
};

describe("a table", () => {
  test("a rate a second for each step; the heading, comments and empty lines are passed over", () => {
    const { trace, notes } = read("\ntime,rate\n# a comment\n0,10\n60,20.5\n\n120,0\n");
    expect(trace).toMatchObject({ name: "trace", start: 0, step: 60_000 });
    expect([...trace.rates]).toEqual([10, 20.5, 0]);
    expect(notes).toEqual([]);
  });

  test("a heading that counts requests has them shared out over their step", () => {
    expect(ratesOf("minute_utc,requests\n1998-04-30 21:30:00,120\n1998-04-30 21:31:00,60")).toEqual([2, 1]);
  });

  test.each([
    ["0;1\n5;2", 0, 5000],
    ['"2026-01-05T00:00:00Z"\t1\n"2026-01-05T00:01:00Z"\t2', Date.UTC(2026, 0, 5), 60_000],
    ["2026-01-05T01:00:00+01:00,1\n2026-01-05T00:00:10Z,2", Date.UTC(2026, 0, 5), 10_000],
    ["2026-01-05 00:00,1\n2026-01-05 00:01,2", Date.UTC(2026, 0, 5), 60_000],
    ["1767571200,1\n1767571201,2", Date.UTC(2026, 0, 5), 1000],
    ["1767571200000,1\n1767571260000,2", Date.UTC(2026, 0, 5), 60_000],
  ])("times may be written in several ways: %j", (text, start, step) => {
    expect(read(text).trace).toMatchObject({ start, step });
  });

  const gap = "0,1\n60,2\n240,6\n300,7";

  test("a gap is refused, with its line and length", () => {
    expect(refusal(gap)).toMatchObject({
      code: "NW1122",
      line: 3,
      message: "2 steps of 60 s missing before this line",
      hinted: true,
    });
  });

  test("a gap may be filled: nobody came, or the rate before went on; a note says so", () => {
    expect(ratesOf(gap, { gaps: "zero" })).toEqual([1, 2, 0, 0, 6, 7]);
    expect(ratesOf(gap, { gaps: "hold" })).toEqual([1, 2, 2, 2, 6, 7]);
    expect(read(gap, { gaps: "hold" }).notes).toEqual([
      "trace: 2 steps of 60 s missing in one gap: the rate before goes on",
    ]);
  });

  test.each([
    ["0,1\n60,-2", "NW1121", 2, "the rate -2 is negative"],
    ["-60,1\n0,2", "NW1121", 1, "the time -60 is negative"],
    ["0,1\n60,2\n30,3", "NW1122", 3, "this line is earlier than the one before"],
    ["0,1\n60,2\n60,3", "NW1122", 3, "this line has the same time as the one before"],
    ["0,1\n60,2\n150,3", "NW1122", 3, "90 s after the line before, not a multiple of 60 s"],
    ["0,1\n0.5,2", "NW1122", 2, "0.5 s after the line before, not a multiple of 0.5 s"],
    ["0,1\n60", "NW1121", 2, "1 columns; there are to be two"],
    ["0,1\n60,2,3", "NW1121", 2, "3 columns; there are to be two"],
    ["0,1\n60,many", "NW1121", 2, '"many" is no rate'],
    ["0,1\n60,NaN", "NW1121", 2, '"NaN" is no rate'],
    ["0,1\n60,Infinity", "NW1121", 2, '"Infinity" is no rate'],
    ["0,1\nsoon,2", "NW1121", 2, '"soon" is no time'],
    ["0,1\n2026-02-30T25:00:00Z,2", "NW1121", 2, '"2026-02-30T25:00:00Z" is no time'],
    ["time,rate\ntime,rate", "NW1121", 2, '"time" is no time'],
    ["", "NW1121", 1, "a trace has at least two lines with a time and a rate"],
    ["time,rate", "NW1121", 1, "a trace has at least two lines with a time and a rate"],
    ["0,1\n60,2\n40000020,3", "NW1122", 3, "666665 steps of 60 s missing before this line"],
  ])("%j is refused", (text, code, line, message) => {
    expect(refusal(text)).toEqual({ code, line, message, hinted: true });
  });

  test("one line of another year does not fill the memory", () => {
    expect(refusal("0,1\n60,2\n1767571200,3", { gaps: "zero" })).toMatchObject({ code: "NW1122", line: 3 });
  });
});

describe("an access log", () => {
  const line = (time: string): string =>
    `192.0.2.1 - - [${time}] "GET /?q="x" HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux)"`;

  test("requests are counted in steps; lines may be out of order, a step without lines had none, the last is not over", () => {
    const log = [
      "05/Jan/2026:00:00:09 +0000",
      "05/Jan/2026:00:00:01 +0000",
      "05/Jan/2026:00:00:25 +0000",
      "05/Jan/2026:01:00:30 +0100",
    ];
    const { trace } = read(log.map(line).join("\n"));
    expect(trace).toMatchObject({ start: Date.UTC(2026, 0, 5), step: 10_000 });
    expect([...trace.rates]).toEqual([0.2, 0, 0.1]);
  });

  test("zones count", () => {
    expect(read(line("01/Mar/2026:23:30:00 -0500")).trace.start).toBe(Date.UTC(2026, 2, 2, 4, 30));
  });

  test("by the second", () => {
    const log = [line("05/Jan/2026:00:00:00 +0000"), line("05/Jan/2026:00:00:02 +0000")];
    expect(ratesOf(log.join("\n"), { bucket: seconds(1) })).toEqual([1, 0]);
  });

  const good = Array.from({ length: 199 }, () => line("05/Jan/2026:00:00:00 +0000"));

  test("one line of a hundred may be anything, and is told; more are refused", () => {
    expect(read([...good, "\\x16\\x03\\x01"].join("\n")).notes).toEqual([
      "trace: 1 lines that are no requests were passed over",
    ]);
    expect(refusal([...good, "?", "?", "?"].join("\n"))).toMatchObject({ code: "NW1121", line: 200 });
  });

  test("one line of another year is refused", () => {
    const log = [line("05/Jan/1970:00:00:00 +0000"), line("05/Jan/2026:00:00:00 +0000")].join("\n");
    expect(refusal(log)).toMatchObject({ code: "NW1122" });
  });
});
