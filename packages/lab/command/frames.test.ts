import { isNetwrightError } from "@netwright/base";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeEnd, encodeFrame, encodeRequest, FrameReader, requestMax } from "./frames.ts";

test("frames survive any way in which the stream is cut", () => {
  const frame = fc.record({ kind: fc.constantFrom("O", "X", "D"), data: fc.uint8Array({ maxLength: 40 }) });
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (frames, cuts) => {
      const whole = Buffer.concat(frames.map(({ kind, data }) => encodeFrame(kind, Buffer.from(data))));
      const reader = new FrameReader();
      const read: { kind: string; data: Buffer }[] = [];
      for (let at = 0, turn = 0; at < whole.length; turn++) {
        const length = cuts[turn % cuts.length] as number;
        read.push(...reader.push(whole.subarray(at, at + length)));
        at += length;
      }
      expect(read.map(({ kind, data }) => [kind, [...data]])).toEqual(
        frames.map(({ kind, data }) => [kind, [...data]]),
      );
    }),
  );
});

test("a request is a list of words", () => {
  const request = { argv: ["echo", "", "ü"], cwd: "/tmp", env: { A: "1=2", B: "" }, hasInput: false };
  expect(encodeRequest(request).subarray(5).toString()).toBe(
    ["/tmp", "0", "2", "A=1=2", "B=", "echo", "", "ü"].join("\0"),
  );
});

test.each([
  [[], "needs a program"],
  [["a\0b"], "cannot contain a NUL"],
  [["a", "b".repeat(requestMax)], "is too long"],
])("%j is refused", (argv, message) => {
  try {
    encodeRequest({ argv, cwd: "/", env: {}, hasInput: false });
  } catch (error) {
    expect(isNetwrightError(error) && error.code).toBe("NW1203");
    expect(String(error)).toContain(message);
    return;
  }
  expect.unreachable();
});

test.each([
  ["0 0", { code: 0, signal: null }],
  ["127 0", { code: 127, signal: null }],
  ["0 9", { code: 137, signal: "SIGKILL" }],
  ["0 40", { code: 168, signal: "SIG40" }],
])("the end %j", (text, exit) => {
  expect(decodeEnd(Buffer.from(text))).toEqual(exit);
});
