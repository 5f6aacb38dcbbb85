/** Which images, layers and blobs go. Pure. */
import type { Digest } from "@netwright/base";
import type { ImageRecord } from "./record.ts";

export interface Stored {
  readonly images: readonly ImageRecord[];
  /** Octets by digest. */
  readonly blobs: ReadonlyMap<Digest, number>;
  /** Octets by identifier. */
  readonly layers: ReadonlyMap<Digest, number>;
}

export interface Garbage {
  readonly images: readonly Digest[];
  readonly blobs: readonly Digest[];
  readonly layers: readonly Digest[];
  /** Octets that are left. */
  readonly octets: number;
}

/**
 * While all together are above the bound: what no image needs (left by fetches that failed), then images that nobody
 * uses, the one unused longest first, each with what no other image needs.
 */
export function chooseGarbage({ images, blobs, layers }: Stored, used: ReadonlySet<Digest>, bound: number): Garbage {
  const sizeOf = (kept: readonly ImageRecord[]): number => {
    const { ownBlobs, ownLayers } = needs(kept);
    return sum(blobs, ownBlobs) + sum(layers, ownLayers);
  };
  const octets = sum(blobs, blobs.keys()) + sum(layers, layers.keys());
  if (octets <= bound) return { images: [], blobs: [], layers: [], octets };
  const unused = images
    .filter(({ digest }) => !used.has(digest))
    .toSorted((a, b) => a.usedAt - b.usedAt || (a.digest < b.digest ? -1 : 1));
  const gone = new Set<Digest>();
  const kept = () => images.filter(({ digest }) => !gone.has(digest));
  for (const { digest } of unused) {
    if (sizeOf(kept()) <= bound) break;
    gone.add(digest);
  }
  const { ownBlobs, ownLayers } = needs(kept());
  return {
    images: [...gone],
    blobs: [...blobs.keys()].filter((digest) => !ownBlobs.has(digest)),
    layers: [...layers.keys()].filter((id) => !ownLayers.has(id)),
    octets: sizeOf(kept()),
  };
}

function needs(images: readonly ImageRecord[]) {
  return {
    ownBlobs: new Set(images.flatMap((image) => image.blobs)),
    ownLayers: new Set(images.flatMap((image) => image.layers.map(({ id }) => id))),
  };
}

function sum(sizes: ReadonlyMap<Digest, number>, digests: Iterable<Digest>): number {
  let octets = 0;
  for (const digest of digests) octets += sizes.get(digest) ?? 0;
  return octets;
}
