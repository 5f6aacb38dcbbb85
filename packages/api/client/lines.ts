/** NDJSON: one JSON value a line. */
import { NetwrightError } from "@netwright/base";
import { errorOfProblem } from "../wire/problem.ts";

/** Longest line that is taken; guards memory against a server that is none. */
const lineMax = 64 * 2 ** 20;

/** Lines of text as they come, without the newline; empty lines are heartbeats and left out. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let held = 0;
  for await (const chunk of body) {
    const pieces = decoder.decode(chunk, { stream: true }).split("\n");
    for (const [index, piece] of pieces.entries()) {
      parts.push(piece);
      held += piece.length;
      if (held > lineMax)
        throw new NetwrightError("NW1505", `the server sent a line of more than ${lineMax} characters`);
      if (index === pieces.length - 1) continue;
      const line = parts.join("").trim();
      parts = [];
      held = 0;
      if (line !== "") yield line;
    }
  }
  const rest = parts.join("").trim();
  if (rest !== "") yield rest;
}

/** Values of a stream. @throws the error that a closing `problem` line names; NW1505 for a line that is no JSON. */
export async function* valuesOf<T>(body: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  for await (const line of linesOf(body)) {
    const value = parse(line);
    if (typeof value === "object" && value !== null && "problem" in value) {
      throw (
        errorOfProblem(value.problem) ?? new NetwrightError("NW1505", "the server ended the stream and gave no reason")
      );
    }
    yield value as T;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new NetwrightError("NW1505", "the server's stream broke off, or is not Netwright's", { cause });
  }
}
