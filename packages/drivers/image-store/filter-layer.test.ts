import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNetwrightError } from "@netwright/base";
import { filterLayer } from "./filter-layer.ts";
import { blockSize, endOfArchive, padding, readHeader, readRecords, isZero } from "./tar-header.ts";
import { archive, directory, entry, extended, hardLink, inPieces, symlink, type TestEntry } from "./testing/images.ts";

const limits = { octets: 2 ** 20, entries: 100 };

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function filtered(octets: Buffer, piece = 100, bounds = limits): Promise<Buffer> {
  return Buffer.concat(await all(filterLayer(inPieces(octets, piece), bounds)));
}

/** What comes out, one line for each entry: type, name, target, attribute, content. */
async function lines(octets: Buffer): Promise<readonly string[]> {
  const out = await filtered(octets);
  const told: string[] = [];
  let [opaque, long, longLink] = ["", "", ""];
  for (let at = 0; !isZero(out.subarray(at, at + blockSize));) {
    const header = readHeader(out.subarray(at, at + blockSize));
    const content = out.subarray(at + blockSize, at + blockSize + header.size);
    at += blockSize + header.size + padding(header.size);
    if (header.type === "x") opaque = ` ${[...readRecords(content)].map(String).join()}`;
    else if (header.type === "L") long = content.toString("latin1").slice(0, -1);
    else if (header.type === "K") longLink = content.toString("latin1").slice(0, -1);
    else {
      const target = longLink === "" ? header.linkName : longLink;
      const name = long === "" ? header.name : long;
      told.push(
        `${header.type} ${name}${target === "" ? "" : ` -> ${target}`}${opaque}${content.length > 0 ? ` = ${content.toString()}` : ""}`,
      );
      [opaque, long, longLink] = ["", "", ""];
    }
  }
  return told;
}

const opaque = "SCHILY.xattr.trusted.overlay.opaque,y";

test("what is harmless passes as it is, whatever pieces it comes in", async () => {
  const octets = archive(
    { ...directory("."), name: "./", mode: 0o755 },
    directory("etc"),
    { name: "./etc/hosts", content: "x".repeat(1000), mode: 0o4755, uid: 1000, gid: 2_500_000, mtime: 5 },
    symlink("bin", "usr/bin"),
    symlink("etc/mtab", "/proc/mounts"),
    hardLink("etc/hosts2", "etc/hosts"),
    { name: "run/pipe", type: "6" },
  );
  expect(await lines(octets)).toEqual([
    "5 ./",
    "5 etc/",
    `0 etc/hosts = ${"x".repeat(1000)}`,
    "2 bin -> usr/bin",
    "2 etc/mtab -> /proc/mounts",
    "1 etc/hosts2 -> etc/hosts",
    "5 run/",
    "6 run/pipe",
  ]);
  const whole = await filtered(octets);
  for (const piece of [1, 511, 512, 513, 100_000]) expect((await filtered(octets, piece)).equals(whole)).toBe(true);
  const hosts = readHeader(whole.subarray(2 * blockSize, 3 * blockSize));
  expect(hosts).toMatchObject({ mode: 0o4755, uid: 1000, gid: 2_500_000, mtime: 5 });
});

test("an archive may end right behind its last content, as umoci insert leaves it", async () => {
  const octets = archive({ name: "a", content: "x".repeat(700) });
  expect(await lines(octets.subarray(0, 512 + 700))).toEqual([`0 a = ${"x".repeat(700)}`]);
  await expect(filtered(octets.subarray(0, 512 + 699))).rejects.toThrow("too early");
});

describe("names", () => {
  const long = `${"d".repeat(120)}/${"f".repeat(130)}`;

  test.each([
    ["absolute ones lie below the root", [{ name: "/etc//./x" }], ["5 etc/", "0 etc/x"]],
    ["long ones are kept", [{ name: long }], [`5 ${"d".repeat(120)}/`, `0 ${long}`]],
    ["a file with a slash behind it is a directory", [{ name: "a/" }], ["5 a/"]],
    ["octets that are no text are kept", [{ name: "\xff\xc3\xa4" }], ["0 \xff\xc3\xa4"]],
    [
      "what leads through a link lies where the link leads, within the root",
      [
        symlink("lib", "usr/lib"),
        { name: "lib/x" },
        symlink("up", "../../../.."),
        { name: "up/y" },
        symlink("abs", "/usr"),
        { name: "abs/lib/z" },
      ],
      [
        "2 lib -> usr/lib",
        "5 usr/",
        "5 usr/lib/",
        "0 usr/lib/x",
        "2 up -> ../../../..",
        "0 y",
        "2 abs -> /usr",
        "0 usr/lib/z",
      ],
    ],
    [
      "a file may take another's place",
      [{ name: "a", content: "1" }, symlink("a", "/b"), { name: "a", content: "2" }],
      ["0 a = 1", "2 a -> /b", "0 a = 2"],
    ],
    ["a hard link to a link is a link", [symlink("a", "/etc"), hardLink("b", "/a")], ["2 a -> /etc", "2 b -> /etc"]],
  ] as const)("%s", async (_, entries, expected) => {
    expect(await lines(archive(...(entries as readonly TestEntry[])))).toEqual(expected);
  });

  test("extended headers and GNU's long names win over short ones", async () => {
    const octets = Buffer.concat([
      extended({ comment: "of all entries" }, "g"),
      extended({
        path: "p/\xc3\xa4",
        size: "3",
        uid: "70000",
        mtime: "12.5",
        "SCHILY.xattr.trusted.overlay.opaque": "y",
      }),
      entry({ name: "short", size: 3, content: "abc" }),
      entry({ name: "././@LongLink", type: "K", content: "p/\xc3\xa4\0".replace("\xc3\xa4", "a") }),
      archive({ name: "p/a", content: "" }, hardLink("p/b", "p/a")),
    ]);
    expect(await lines(octets)).toEqual(["5 p/", "0 p/\xc3\xa4 = abc", "0 p/a", "1 p/b -> p/a"]);
  });
});

describe("whiteouts", () => {
  test.each([
    ["hide what is below", [{ name: "etc/.wh.motd" }], ["5 etc/", "3 etc/motd"]],
    ["hide all that is below", [directory("etc", 0o700), { name: "etc/.wh..wh..opq" }], ["5 etc/", `5 etc/ ${opaque}`]],
    ["of a directory that nothing named", [{ name: "a/b/.wh..wh..opq" }], ["5 a/", "5 a/b/", `5 a/b/ ${opaque}`]],
    ["a directory that comes back hides the old one", [{ name: ".wh.a" }, directory("a")], ["3 a", `5 a/ ${opaque}`]],
    ["also when its own whiteout comes later", [directory("a"), { name: ".wh.a" }], ["5 a/", `5 a/ ${opaque}`]],
    ["a file of the same layer stays", [{ name: "a" }, { name: ".wh.a" }], ["0 a"]],
    ["a file that comes back takes their place", [{ name: ".wh.a" }, { name: "a" }], ["3 a", "0 a"]],
    ["the marks of aufs are nothing", [{ name: ".wh..wh.plnk", content: "x" }, { name: "a" }], ["0 a"]],
  ] as const)("%s", async (_, entries, expected) => {
    expect(await lines(archive(...(entries as readonly TestEntry[])))).toEqual(expected);
  });
});

describe("what is refused", () => {
  const cases: readonly (readonly [string, string, Buffer])[] = [
    ["a way out of the root", "outside of its root", archive({ name: "a/../../etc/passwd" })],
    ["a hard link out of the root", "outside of its root", archive(hardLink("a", "../../etc/shadow"))],
    ["a hard link to what is not there", "which is no file", archive(hardLink("a", "/etc/shadow"))],
    ["a hard link to a directory", "which is no file", archive(directory("d"), hardLink("a", "d"))],
    ["a character device", "device node", archive({ name: "dev/mem", type: "3" })],
    ["a block device", "device node", archive({ name: "dev/vda", type: "4" })],
    ["a sparse file of GNU", "sparse", archive({ name: "a", type: "S" })],
    [
      "a sparse file of POSIX",
      "sparse",
      Buffer.concat([extended({ "GNU.sparse.major": "1" }), archive({ name: "a" })]),
    ],
    ["an unknown type", "of type", archive({ name: "a", type: "Z" })],
    ["a file below a file", "below the file", archive({ name: "a" }, { name: "a/b" })],
    ["a directory in a file's place", "twice", archive({ name: "a" }, directory("a"))],
    ["a file in a directory's place", "twice", archive(directory("a"), { name: "a" })],
    ["a circle of links", "circle", archive(symlink("a", "b"), symlink("b", "a"), { name: "a/x" })],
    ["a link to nowhere", "to nowhere", archive(symlink("a", ""))],
    ["a name that is too long", "too long", archive({ name: "a".repeat(256) })],
    ["a path that is too long", "no path", archive({ name: "a/".repeat(2100) })],
    ["a whiteout of nothing", "of nothing", archive({ name: "a/.wh." })],
    ["a whiteout of the parent", "of nothing", archive({ name: "a/.wh..." })],
    ["a directory named like a whiteout", "only whiteouts", archive({ name: "a/.wh.b/c" })],
    ["all layers below", "hides all", archive({ name: ".wh..wh..opq" })],
    ["a root that is a file", "not a directory", archive({ name: "." })],
    [
      "too many files",
      "more than 100 files",
      archive(...Array.from({ length: 101 }, (_, index) => ({ name: `${index}` }))),
    ],
    ["too many octets", "octets", archive({ name: "a", content: Buffer.alloc(2 ** 20) })],
    ["a header cut off", "too early", archive({ name: "a" }).subarray(0, 300)],
    ["a content cut off", "too early", archive({ name: "a", content: "x".repeat(2000) }).subarray(0, 900)],
    ["a damaged header", "wrong sum", Buffer.concat([Buffer.from("b"), archive({ name: "a" }).subarray(1)])],
    [
      "an extended header of junk",
      "cannot be read",
      Buffer.concat([entry({ name: "x", type: "x", content: "12 junk" }), endOfArchive]),
    ],
    [
      "a huge name",
      "too long",
      Buffer.concat([entry({ name: "x", type: "L", content: "a".repeat(70_000) }), endOfArchive]),
    ],
    ["a size below nothing", "out of range", Buffer.concat([extended({ size: "-5" }), archive({ name: "a" })])],
    ["an owner that is none", "out of range", Buffer.concat([extended({ uid: "4294967295" }), archive({ name: "a" })])],
  ];
  test.each(cases)("%s: %s", async (_, message, octets) => {
    const error: unknown = await filtered(octets).catch((reason: unknown) => reason);
    expect(isNetwrightError(error) && error.code).toBe("NW1611");
    expect(String(error)).toContain(message);
  });

  test("long names of many files", async () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ name: `${"n".repeat(240)}/${"m".repeat(239)}${index}` }));
    await expect(filtered(archive(...many), 512, { ...limits, entries: 10 })).rejects.toThrow("more than 10 files");
  });
});

/** Names of one directory level each, so that random entries meet. */
const part = fc.constantFrom("a", "b", "c", "..", ".", "", ".wh.a", ".wh..wh..opq", ".wh.");
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const randomEntry: fc.Arbitrary<TestEntry> = fc.record({
  name,
  type: fc.constantFrom("0", "0", "1", "2", "5", "5", "6"),
  linkName: fc.oneof(
    name,
    name.map((path) => `/${path}`),
  ),
});

test("whatever entries there are: each is refused, or lies below the root where nothing but a directory leads to it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(randomEntry, { maxLength: 8 }), async (entries) => {
      const told = await lines(archive(...entries)).catch((error: unknown) => {
        expect(isNetwrightError(error) && error.code).toBe("NW1611");
        return [];
      });
      const kinds = new Map<string, string>();
      for (const line of told) {
        const [, type = "", path = "", target = ""] = /^(\d) (\S+?)\/?(?: -> (\S+))?(?: SCHILY\S+)?$/.exec(line) ?? [];
        const parts = path.split("/");
        if (path !== ".") {
          expect(parts.filter((each) => ["", ".", ".."].includes(each) || each.startsWith(".wh."))).toEqual([]);
          for (let depth = 1; depth < parts.length; depth++)
            expect(kinds.get(parts.slice(0, depth).join("/"))).toBe("5");
        }
        if (type === "1") expect(["0", "1", "6"]).toContain(kinds.get(target));
        const before = kinds.get(path);
        if (before === "5" || (type === "5" && before !== undefined))
          expect(["5", "3"]).toContain(type === "5" ? before : type);
        kinds.set(path, type);
      }
    }),
    { numRuns: 3000 },
  );
});

test("whatever octets there are: they are refused with NW1611 or pass", async () => {
  const good = archive(directory("a"), { name: "a/b", content: "x".repeat(600) }, symlink("c", "a"), { name: "c/d" });
  const broken = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 })
    .map((changes) => changes.reduce((octets, [at, value]) => octets.fill(value, at, at + 1), Buffer.from(good)));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        broken,
        fc.uint8Array({ maxLength: 3000 }).map((octets) => Buffer.from(octets)),
      ),
      async (octets) => {
        const error: unknown = await filtered(octets, 700).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error === undefined || (isNetwrightError(error) && error.code === "NW1611")).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});
