/** Layers against GNU tar and the kernel's overlay. Run through tools/sandbox. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { isNetwrightError, type Digest } from "@netwright/base";
import { afterAll, describe, expect, test } from "vitest";
import { layerPath, workDirectory } from "./layout.ts";
import { archive, digestOf, directory, entry, extended, hardLink, symlink } from "./testing/images.ts";
import { findLayer, unpackLayer, type LayerSource } from "./unpack-layer.ts";
import { endOfArchive } from "./tar-header.ts";

const base = mkdtempSync(join(tmpdir(), "nw-layer-"));
const mounted: string[] = [];
afterAll(() => {
  for (const path of mounted) execFileSync("umount", [path]);
  rmSync(base, { recursive: true, force: true });
});
const paths = { run: join(base, "run"), state: join(base, "state") };
const limits = { octets: 2 ** 24, entries: 10_000 };
const never = new AbortController().signal;

const lay = (octets: Buffer, change: Partial<LayerSource> = {}): LayerSource => {
  const path = join(base, digestOf(octets).slice(7));
  const blob =
    change.compression === "gzip"
      ? gzipSync(octets)
      : change.compression === "zstd"
        ? zstdCompressSync(octets)
        : octets;
  writeFileSync(path, blob);
  return { path, digest: digestOf(blob), size: blob.length, compression: "none", diffId: digestOf(octets), ...change };
};

async function unpacked(
  octets: Buffer,
  change: Partial<LayerSource> = {},
  lower: readonly Digest[] = [],
): Promise<string> {
  const layer = lay(octets, change);
  const stored = await unpackLayer(paths, layer, lower, limits, never);
  expect(stored.size).toBe(octets.length);
  expect(await findLayer(paths, layer.diffId, lower)).toEqual(stored);
  return layerPath(paths, stored.id);
}

/** Nothing of it is in the store. */
async function refused(layer: LayerSource, signal = never): Promise<unknown> {
  const error: unknown = await unpackLayer(paths, layer, [], limits, signal).catch((reason: unknown) => reason);
  expect(await findLayer(paths, layer.diffId, [])).toBeUndefined();
  expect(existsSync(workDirectory(paths)) ? readdirSync(workDirectory(paths)) : []).toEqual([]);
  return isNetwrightError(error) ? error.code : error;
}

const merged = (...layers: readonly string[]): string => {
  const at = mkdtempSync(join(base, "merged-"));
  for (const name of ["up", "work", "all"]) mkdirSync(join(at, name));
  const lower = layers.toReversed().join(":");
  execFileSync("mount", [
    "-t",
    "overlay",
    "overlay",
    "-o",
    `lowerdir=${lower},upperdir=${at}/up,workdir=${at}/work`,
    `${at}/all`,
  ]);
  mounted.push(join(at, "all"));
  return join(at, "all");
};

const tree = (root: string): string =>
  execFileSync("find", [".", "-mindepth", "1", "-printf", "%P %y %m %U:%G %l\n"], { cwd: root, encoding: "latin1" })
    .split("\n")
    .filter((line) => line !== "")
    .toSorted()
    .join("\n");

describe.each(["none", "gzip", "zstd"] as const)("compression %s", (compression) => {
  test("files, modes, owners, links and odd names come out as they went in", async () => {
    const long = `${"d".repeat(150)}/${"f".repeat(200)}`;
    const root = await unpacked(
      archive(
        { ...directory("."), name: "./" },
        { ...directory("tmp", 0o1777), uid: 5, gid: 6 },
        { name: `bin/su-${compression}`, mode: 0o4755, content: "x", uid: 1000, gid: 3_000_000 },
        symlink("sbin", "bin"),
        symlink("etc/mtab", "/proc/self/mounts"),
        hardLink("bin/also", `bin/su-${compression}`),
        { name: "run/pipe", type: "6", mode: 0o600 },
        { name: long, content: "long" },
        { name: "na\xc3\xafve \xff", content: "odd" },
        { name: "secret", mode: 0 },
      ),
      { compression },
    );
    expect(tree(root)).toBe(
      [
        "bin d 755 0:0 ",
        "bin/also f 4755 1000:3000000 ",
        `bin/su-${compression} f 4755 1000:3000000 `,
        `${"d".repeat(150)} d 755 0:0 `,
        `${long} f 644 0:0 `,
        "etc d 755 0:0 ",
        "etc/mtab l 777 0:0 /proc/self/mounts",
        "na\xc3\xafve \xff f 644 0:0 ",
        "run d 755 0:0 ",
        "run/pipe p 600 0:0 ",
        "sbin l 777 0:0 bin",
        "secret f 0 0:0 ",
        "tmp d 1777 5:6 ",
      ]
        .toSorted()
        .join("\n"),
    );
    expect(statSync(join(root, "bin/also")).ino).toBe(statSync(join(root, `bin/su-${compression}`)).ino);
    expect(statSync(root).mode & 0o7777).toBe(0o755);
    expect(readFileSync(join(root, long), "utf8")).toBe("long");
  });
});

test("whiteouts hide what lower layers have, and only that", async () => {
  const long = "o".repeat(150);
  const below = await unpacked(
    archive(
      ...["kept", "gone", "back", "dir/old", "closed/old", "again/old", "swap/old", `${long}/old`].map((name) => ({
        name,
        content: "low",
      })),
    ),
  );
  const above = await unpacked(
    archive(
      { name: ".wh.gone" },
      { name: ".wh.back" },
      { name: "back", content: "new" },
      { name: "dir/.wh.old" },
      directory("closed", 0o700),
      { name: "closed/new", content: "new" },
      { name: "closed/.wh..wh..opq" },
      { name: ".wh.again" },
      directory("again"),
      { name: "again/new" },
      { name: ".wh.swap" },
      { name: "swap" },
      { name: `${long}/.wh..wh..opq` },
      { name: ".wh.never" },
    ),
  );
  const all = merged(below, above);
  expect(
    tree(all)
      .split("\n")
      .map((line) => line.split(" ").slice(0, 3).join(" ")),
  ).toEqual(
    [
      "again d 755",
      "again/new f 644",
      "back f 644",
      "closed d 700",
      "closed/new f 644",
      "dir d 755",
      "kept f 644",
      "swap f 644",
      `${long} d 755`,
    ].toSorted(),
  );
  expect(readFileSync(join(all, "back"), "utf8")).toBe("new");
});

describe("what is refused leaves nothing", () => {
  const whole = archive({ name: "a", content: "x".repeat(3000) });
  const other = digestOf("other");

  test("a blob or a content with another digest", async () => {
    expect(await refused(lay(whole, { digest: other }))).toBe("NW1610");
    expect(await refused(lay(whole, { diffId: other }))).toBe("NW1610");
    expect(await refused(lay(whole, { diffId: other, compression: "gzip" }))).toBe("NW1610");
    expect(await refused(lay(whole, { size: 512 }))).toBe("NW1610");
  });

  test("what is not compressed as it says, cut off, or goes on behind its end", async () => {
    const change = { diffId: digestOf(whole) };
    expect(await refused({ ...lay(whole), compression: "gzip" })).toBe("NW1611");
    expect(await refused({ ...lay(whole), compression: "zstd" })).toBe("NW1611");
    for (const blob of [gzipSync(whole).subarray(0, 60), Buffer.concat([gzipSync(whole), Buffer.alloc(2 ** 20, 1)])]) {
      expect(await refused({ ...lay(blob), ...change, compression: "gzip" })).toMatch(/NW161[01]/);
    }
    expect(await refused(lay(whole.subarray(0, 1000)))).toBe("NW1611");
  });

  test("a bomb is stopped at the limit, not at the end of the disk", async () => {
    const zeros = archive({ name: "zeros", content: Buffer.alloc(2 ** 25) });
    expect(await refused(lay(zeros, { compression: "gzip" }))).toBe("NW1611");
  });

  test.each([
    ["traversal", archive({ name: "../../escaped" })],
    ["a device", archive({ name: "mem", type: "3" })],
    ["a hard link out", archive(hardLink("shadow", "/etc/shadow"))],
    ["forged attributes", Buffer.concat([entry({ name: "a" }), archive(hardLink("b", "../a"))])],
  ])("%s", async (_, octets) => {
    expect(await refused(lay(octets))).toBe("NW1611");
    expect(existsSync(join(paths.state, "escaped"))).toBe(false);
  });

  test("an agent that stops", async () => {
    const stop = new AbortController();
    const ending = refused(lay(archive({ name: "stopped", content: Buffer.alloc(2 ** 23, 7) })), stop.signal);
    stop.abort();
    expect(String(await ending)).toContain("AbortError");
  });

  test("a disk that is full: tar's own words", async () => {
    const small = { run: paths.run, state: mkdtempSync(join(base, "small-")) };
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small.state]);
    mounted.push(small.state);
    const big = lay(archive({ name: "big", content: Buffer.alloc(2 ** 22, 7) }));
    await expect(unpackLayer(small, big, [], limits, never)).rejects.toThrow(
      /cannot be unpacked: tar: big: Wrote only/,
    );
    expect(readdirSync(workDirectory(small))).toEqual([]);
  });
});

test("directories that a layer leaves out are as those below it, and links there are followed", async () => {
  const lower = archive(
    { ...directory("tmp", 0o1777) },
    directory("srv"),
    directory("usr"),
    { ...directory("srv/app", 0o750), uid: 7, gid: 8 },
    symlink("lib", "usr/lib"),
    directory("usr/lib", 0o711),
  );
  const upper = archive({ name: "tmp/x" }, { name: "srv/app/y" }, { name: "lib/z" }, { name: "own/w" });
  const below = await unpacked(lower);
  const id = digestOf(lower);
  const above = await unpacked(upper, {}, [id]);
  expect(above).not.toBe(layerPath(paths, digestOf(upper)));
  expect(
    tree(above)
      .split("\n")
      .filter((line) => line.includes(" d ")),
  ).toEqual([
    "own d 755 0:0 ",
    "srv d 755 0:0 ",
    "srv/app d 750 7:8 ",
    "tmp d 1777 0:0 ",
    "usr d 755 0:0 ",
    "usr/lib d 711 0:0 ",
  ]);
  expect(readdirSync(join(merged(below, above), "lib"))).toEqual(["z"]);
  expect(await unpacked(upper)).not.toBe(above);
  const whole = archive(directory("tmp"), { name: "tmp/x" });
  expect(await unpacked(whole)).toBe(layerPath(paths, digestOf(whole)));
});

test("attributes that a layer brings itself are left out, so that it cannot forge the overlay's", async () => {
  const forged = extended({ "SCHILY.xattr.trusted.overlay.opaque": "y", "SCHILY.xattr.user.x": "1" });
  const below = await unpacked(archive({ name: "dir/below" }));
  const above = await unpacked(
    Buffer.concat([forged, entry(directory("dir")), entry({ name: "dir/above" }), endOfArchive]),
  );
  expect(readdirSync(join(merged(below, above), "dir")).toSorted()).toEqual(["above", "below"]);
});

test("a layer that another pull brought meanwhile is kept", async () => {
  const octets = archive({ name: "twice" });
  const layer = lay(octets);
  await Promise.allSettled([
    unpackLayer(paths, layer, [], limits, never),
    unpackLayer(paths, layer, [], limits, never),
  ]);
  expect(readdirSync(layerPath(paths, layer.diffId))).toEqual(["twice"]);
  expect(readdirSync(workDirectory(paths))).toEqual([]);
});
