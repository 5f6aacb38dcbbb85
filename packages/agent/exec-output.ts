/** Output of a command in an instance; a program that cannot be started ends as it would under a shell: 127 or 126. */
import type { OutputChunk } from "@netwright/api";
import { refusalOf, refusedStatus } from "@netwright/drivers/runtime-crun/index.ts";

/** @param chunks of the runtime: what it says itself comes first, and alone */
export async function* execOutput(program: string, chunks: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk> {
  let first = true;
  let held: OutputChunk | undefined;
  for await (const chunk of chunks) {
    const refusal = refusalIn(held);
    if (refusal !== undefined && chunk.stream === "exit" && chunk.code === refusedStatus) {
      yield { stream: "stderr", data: Buffer.from(`${program}: ${refusal.reason}\n`).toString("base64") };
      yield { stream: "exit", code: refusal.status };
      return;
    }
    if (held !== undefined) yield held;
    held = undefined;
    if (first && refusalIn(chunk) !== undefined) held = chunk;
    else yield chunk;
    first = false;
  }
  if (held !== undefined) yield held;
}

const refusalIn = (chunk: OutputChunk | undefined): ReturnType<typeof refusalOf> =>
  chunk?.stream === "stderr" ? refusalOf(Buffer.from(chunk.data, "base64").toString()) : undefined;
