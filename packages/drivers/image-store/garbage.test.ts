import type { Digest, Instant } from "@netwright/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseGarbage, type Stored } from "./garbage.ts";
import type { ImageRecord } from "./record.ts";

const image = (name: string, usedAt: number, layers: string, blobs = layers.toUpperCase()): ImageRecord =>
  ({
    digest: name,
    usedAt: usedAt as Instant,
    layers: layers.split("").map((id) => ({ id, size: 10 })),
    blobs: blobs.split(""),
  }) as unknown as ImageRecord;

const stored = (images: readonly ImageRecord[], layers: string, blobs = layers.toUpperCase()): Stored => ({
  images,
  layers: new Map(layers.split("").map((id) => [id as Digest, 10])),
  blobs: new Map(blobs.split("").map((id) => [id as Digest, 5])),
});

const used = (...names: readonly string[]) => new Set(names as readonly Digest[]);

describe("what goes", () => {
  const three = stored([image("one", 1, "ab"), image("two", 2, "ac"), image("three", 3, "d")], "abcdx");

  test("nothing while there is room", () => {
    expect(chooseGarbage(three, used(), 75)).toEqual({ images: [], layers: [], blobs: [], octets: 75 });
  });

  test("first what no image needs, then the image unused longest, without what others share", () => {
    expect(chooseGarbage(three, used(), 74)).toEqual({ images: [], layers: ["x"], blobs: ["X"], octets: 60 });
    expect(chooseGarbage(three, used(), 59)).toEqual({
      images: ["one"],
      layers: ["b", "x"],
      blobs: ["B", "X"],
      octets: 45,
    });
    expect(chooseGarbage(three, used(), 44).images).toEqual(["one", "two"]);
    expect(chooseGarbage(three, used(), 0).images).toEqual(["one", "two", "three"]);
  });

  test("never what is used, however little room there is", () => {
    expect(chooseGarbage(three, used("one"), 0)).toEqual({
      images: ["two", "three"],
      layers: ["c", "d", "x"],
      blobs: ["C", "D", "X"],
      octets: 30,
    });
  });
});

test("whatever is stored: nothing used goes, nothing kept lacks a layer, and it fits where that can be", () => {
  const letters = fc
    .uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"), { minLength: 1, maxLength: 5 })
    .map((all) => all.join(""));
  const images = fc
    .array(fc.tuple(letters, fc.nat(9), fc.boolean()), { maxLength: 6 })
    .map((all) => all.map(([layers, at, isUsed], index) => ({ record: image(`i${index}`, at, layers), isUsed })));
  fc.assert(
    fc.property(images, fc.nat(200), (all, bound) => {
      const inUse = used(...all.filter(({ isUsed }) => isUsed).map(({ record }) => record.digest));
      const store = stored(
        all.map(({ record }) => record),
        "abcdefgh",
      );
      const gone = chooseGarbage(store, inUse, bound);
      expect(gone.images.filter((digest) => inUse.has(digest))).toEqual([]);
      const kept = store.images.filter(({ digest }) => !gone.images.includes(digest));
      for (const { layers, blobs } of kept) {
        expect(layers.filter(({ id }) => gone.layers.includes(id))).toEqual([]);
        expect(blobs.filter((digest) => gone.blobs.includes(digest))).toEqual([]);
      }
      const left = 15 * (8 - gone.layers.length);
      if (left > bound) expect(kept.every(({ digest }) => inUse.has(digest))).toBe(true);
    }),
  );
});
