import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client, OutputChunk } from "@netwright/api";
import { NetwrightError, redactor } from "@netwright/base";
import { afterAll, expect, test } from "vitest";
import { writeArchive } from "./archive.ts";
import { Bundle } from "./bundle.ts";
import { factsOf } from "./node-parts.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-bundle-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("the manifest has every file with size and digest, and what is missing; no secret is in either", () => {
  const bundle = new Bundle(redactor(["hunter2"]));
  bundle.add("b.txt", "it is hunter2\n", "here");
  bundle.add("a.txt", "x", "there");
  bundle.lacks("nodes/host2", new NetwrightError("NW1605", "no answer from hunter2"));
  expect(bundle.manifest("1.2.3", "2026-01-02T03:04:05.678Z")).toEqual({
    format: 1,
    createdAt: "2026-01-02T03:04:05.678Z",
    version: "1.2.3",
    removed: "[removed]",
    files: [
      {
        path: "a.txt",
        octets: 1,
        sha256: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        from: "there",
      },
      expect.objectContaining({ path: "b.txt", octets: 16, from: "here" }),
    ],
    missing: [{ what: "nodes/host2", reason: "no answer from [removed]" }],
  });
  expect(bundle.files[1]?.text).toBe("it is [removed]\n");
});

test("the same files make the same archive, for nobody else to read", async () => {
  const files = [
    { path: "server/events.json", text: "[]\n" },
    { path: "manifest.json", text: "{}\n" },
  ];
  const [one, two] = [join(directory, "one.tar.gz"), join(directory, "two.tar.gz")];
  await writeArchive(one, files);
  await writeArchive(two, files.toReversed());
  expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  expect(statSync(one).mode & 0o777).toBe(0o600);
  expect(execFileSync("tar", ["-tzf", one]).toString()).toBe(
    "netwright-support/\nnetwright-support/manifest.json\nnetwright-support/server/\nnetwright-support/server/events.json\n",
  );
  await expect(writeArchive(join(directory, "no/where.tar.gz"), files)).rejects.toThrow(/tar/);
});

const clientThatSays = (...chunks: readonly OutputChunk[]): Client =>
  ({
    facts: async function* () {
      yield* chunks;
    },
  }) as unknown as Client;
const line = (text: string): OutputChunk => ({ stream: "stdout", data: Buffer.from(text).toString("base64") });

test("files of an agent come line by line, in whatever pieces", async () => {
  const paths: string[] = [];
  const file = `{"path":"a.txt","text":"x","problem":null}\n`;
  const whole = clientThatSays(line(file.slice(0, 9)), line(file.slice(9) + file), { stream: "exit", code: 0 });
  await factsOf(whole, "host1", new AbortController().signal, ({ path }) => void paths.push(path));
  expect(paths).toEqual(["a.txt", "a.txt"]);
});

test("an agent that stops in the middle is told as missing", async () => {
  const broken = clientThatSays(line(`{"path":"a.txt","text":"x","problem":null}\n`));
  await expect(factsOf(broken, "host1", new AbortController().signal, () => {})).rejects.toThrow(
    /stopped in the middle/,
  );
});
