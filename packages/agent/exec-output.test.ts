import type { OutputChunk } from "@netwright/api";
import { expect, test } from "vitest";
import { execOutput } from "./exec-output.ts";

const stream = (name: "stdout" | "stderr", text: string): OutputChunk => ({
  stream: name,
  data: Buffer.from(text).toString("base64"),
});
const exit = (code: number): OutputChunk => ({ stream: "exit", code });

async function through(...chunks: readonly OutputChunk[]): Promise<readonly OutputChunk[]> {
  const source = async function* (): AsyncGenerator<OutputChunk> {
    yield* chunks;
  };
  const passed: OutputChunk[] = [];
  for await (const chunk of execOutput("nosuch", source())) passed.push(chunk);
  return passed;
}

const missing = stream("stderr", "executable file `nosuch` not found in $PATH: No such file or directory\n");

test("a program that is not there ends with 127, one that cannot be executed with 126, and its name is said", async () => {
  expect(await through(missing, exit(255))).toEqual([stream("stderr", "nosuch: not found\n"), exit(127)]);
  expect(await through(stream("stderr", "open executable: Not a directory\n"), exit(255))).toEqual([
    stream("stderr", "nosuch: not found\n"),
    exit(127),
  ]);
  expect(await through(stream("stderr", "open executable: Permission denied\n"), exit(255))).toEqual([
    stream("stderr", "nosuch: not executable: Permission denied\n"),
    exit(126),
  ]);
});

test.each([
  ["a program's own 255", [exit(255)]],
  ["a program's own words", [stream("stderr", "no way\n"), exit(255)]],
  ["the runtime's words from a program that goes on", [missing, stream("stdout", "x"), exit(255)]],
  ["the runtime's words with another status", [missing, exit(1)]],
  ["the runtime's words later", [stream("stdout", "x"), missing, exit(255)]],
  ["an end without a status", [missing]],
])("%s is passed on as it is", async (_, chunks) => {
  expect(await through(...chunks)).toEqual(chunks);
});
