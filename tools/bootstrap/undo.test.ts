import { mkdtempSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecord, writeRecord } from "./record.mjs";
import { removable } from "./undo.mjs";

test("a package that something installed later needs is kept, with the packages that it needs itself", async () => {
  const removes: Record<string, readonly string[]> = {
    frr: ["frr"],
    libyang2: ["libyang2", "frr"],
    haproxy: ["haproxy", "their-tool"],
    "liblua5.3": ["liblua5.3", "haproxy", "their-tool"],
  };
  const { remove, kept } = await removable(Object.keys(removes), async ([name = ""]) => removes[name] ?? []);
  expect(remove).toEqual(["frr", "libyang2"]);
  expect(kept).toEqual([
    { name: "haproxy", neededBy: ["their-tool"] },
    { name: "liblua5.3", neededBy: ["their-tool"] },
  ]);
});

test("the record survives writing and reading; an empty one leaves nothing", () => {
  const directory = mkdtempSync(join(tmpdir(), "netwright-record-"));
  const path = join(directory, "netwright/setup.json");
  const record = { packages: { frr: "absent" as const }, masked: ["frr.service"], checkouts: { "/srv/n": [".tools"] } };
  writeRecord(record, path);
  expect(readRecord(path)).toEqual(record);
  writeRecord({ packages: {}, masked: [], checkouts: {} }, path);
  expect(existsSync(join(directory, "netwright"))).toBe(false);
  expect(readRecord(path)).toEqual({ packages: {}, masked: [], checkouts: {} });
  rmSync(directory, { recursive: true });
});
