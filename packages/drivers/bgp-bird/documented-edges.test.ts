/** Examples of docs/foreign-edges.md, each read by its own engine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeRunner } from "@netwright/system";
import { afterAll, expect, test } from "vitest";
import { documented } from "./testdata/documented.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-edges-"));
afterAll(() => rmSync(directory, { recursive: true }));

const checks = [
  ["frr", (file: string) => ["vtysh", "-C", "-f", file] as const, " neighbor hosts pasword s3cret"],
  ["toml", (file: string) => ["gobgpd", "--dry-run", "-f", file] as const, "[neighbors"],
  ["bird", (file: string) => ["bird", "-p", "-c", file] as const, "protocol bpg { }"],
] as const;

test.each(checks)(
  "the example for %s is taken by its engine, and a mistake in it is not",
  async (language, check, mistake) => {
    const file = join(directory, `edge.${language}`);
    writeFileSync(file, documented(language));
    expect(await nodeRunner.run(check(file))).toMatchObject({ code: 0 });
    writeFileSync(file, `${documented(language)}\n${mistake}\n`);
    expect((await nodeRunner.run(check(file))).code).not.toBe(0);
  },
);
