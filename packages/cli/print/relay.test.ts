import type { OutputChunk } from "@netwright/api";
import { expect, test } from "vitest";
import { keptTerminal } from "../testing/terminal.ts";
import { relay } from "./relay.ts";

const chunk = (stream: "stdout" | "stderr", octets: Uint8Array | string): OutputChunk => ({
  stream,
  data: Buffer.from(octets).toString("base64"),
});

async function* chunks(...all: readonly OutputChunk[]): AsyncGenerator<OutputChunk> {
  yield* all;
}

test("streams apart, the exit status last", async () => {
  const terminal = keptTerminal();
  const status = await relay(
    chunks(chunk("stdout", "a\n"), chunk("stderr", "b\n"), { stream: "exit", code: 7 }),
    terminal,
  );
  expect([status, terminal.printed]).toEqual([7, { out: "a\n", err: "b\n" }]);
});

test("a character cut in two arrives whole", async () => {
  const terminal = keptTerminal();
  const octets = Buffer.from("ü");
  await relay(chunks(chunk("stdout", octets.subarray(0, 1)), chunk("stdout", octets.subarray(1))), terminal);
  expect(terminal.printed.out).toBe("ü");
});

test("what the host could not do is an error with its code; an unknown code is a defect", async () => {
  const failed = (code: string) => relay(chunks({ stream: "error", code, message: "no" }), keptTerminal());
  await expect(failed("NW1501")).rejects.toMatchObject({ code: "NW1501", message: "no" });
  await expect(failed("of another version")).rejects.toMatchObject({ code: "NW1801" });
});
