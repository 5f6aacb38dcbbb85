/** Output of something that runs on a host, printed as it comes. */
import type { OutputChunk } from "@netwright/api";
import { errorCodes, NetwrightError, type ErrorCode } from "@netwright/base";
import type { Terminal } from "../terminal.ts";

/** @returns the exit status of what ran. @throws what the host said it could not do. */
export async function relay(
  chunks: AsyncIterable<OutputChunk>,
  { out, err }: Pick<Terminal, "out" | "err">,
): Promise<number> {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  for await (const chunk of chunks) {
    if (chunk.stream === "exit") return chunk.code;
    if (chunk.stream === "error") throw new NetwrightError(codeOf(chunk.code), chunk.message);
    const text = decoders[chunk.stream].decode(Buffer.from(chunk.data, "base64"), { stream: true });
    (chunk.stream === "stdout" ? out : err)(text);
  }
  return 0;
}

const codeOf = (text: string): ErrorCode => (Object.hasOwn(errorCodes, text) ? (text as ErrorCode) : "NW1801");
