/**
 * Every verb, every option and every example of the command line against a live lab, compared with e2e/transcripts.
 * NETWRIGHT_TRANSCRIPTS=write writes what came instead: read the difference before you commit it.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { netwrightProgram, repository, runProcess, scratchDirectory } from "./product.ts";
import { runTranscript, stepsOf } from "./transcript.ts";
import { wantedOf } from "./transcript-coverage.ts";

const directory = join(repository, "e2e/transcripts");
/** In the order of their names: each goes on where the one before it ended. */
const files = readdirSync(directory).toSorted();
const textOf = (file: string): string => readFileSync(join(directory, file), "utf8");

const writes = process.env["NETWRIGHT_TRANSCRIPTS"] === "write";
const { NETWRIGHT_LAB: _lab, FORCE_COLOR: _color, ...inherited } = process.env;
const options = {
  cwd: repository,
  again: writes ? 0 : 120_000,
  env: {
    ...inherited,
    NO_COLOR: "1",
    COLUMNS: "120",
    LC_ALL: "C.UTF-8",
    SCRATCH: scratchDirectory(),
    PATH: `${join(repository, "bin")}:${process.env["PATH"]}`,
  },
};

test("every verb, option and example has a transcript", async () => {
  const commands = files.flatMap((file) => stepsOf(textOf(file)).map(({ command }) => command));
  const missing = (await wantedOf()).filter(({ isIn }) => !isIn(commands)).map(({ what }) => what);
  expect([...new Set(missing)]).toEqual([]);
});

describe("in one lab, one after the other", () => {
  afterAll(async () => {
    await runProcess([netwrightProgram, "lab", "down", "--all"]);
    rmSync(options.env.SCRATCH, { recursive: true, force: true });
  });

  test.each(files)("%s", async (file) => {
    const before = textOf(file);
    const now = await runTranscript(before, options);
    if (writes) writeFileSync(join(directory, file), now);
    else expect(now).toBe(before);
  });
});
