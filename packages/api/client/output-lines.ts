/** Answers of agents that are lines of JSON on standard output. */
import { errorCodes, NetwrightError, type ErrorCode } from "@netwright/base";
import type { OutputChunk } from "../wire/node.ts";

/**
 * Each line's value as it comes.
 * @param subject whose answer it is, for example `host/host1`
 * @throws what the agent says went wrong; NW1605 where it stopped in the middle of its answer
 */
export async function* outputLines<T>(chunks: AsyncIterable<OutputChunk>, subject: string): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    if (chunk.stream === "error") throw new NetwrightError(codeOf(chunk.code), chunk.message, { subject });
    if (chunk.stream === "exit") return;
    if (chunk.stream === "stderr") continue;
    const lines = decoder.decode(Buffer.from(chunk.data, "base64"), { stream: true }).split("\n");
    for (const line of lines.slice(0, -1)) {
      yield JSON.parse([...parts, line].join("")) as T;
      parts = [];
    }
    parts.push(lines.at(-1) ?? "");
  }
  throw new NetwrightError("NW1605", "its agent stopped in the middle of its answer", { subject });
}

const codeOf = (text: string): ErrorCode => (Object.hasOwn(errorCodes, text) ? (text as ErrorCode) : "NW1801");
