/** A capture as it grows: how many packets it has, and its first octets. Pure. */

const fileHeader = 24;
const packetHeader = 16;

export class GrowingPcap {
  readonly #keep: number;
  readonly #kept: Buffer[] = [];
  #keptLength = 0;
  #rest: Buffer = Buffer.alloc(0);
  #skip = fileHeader;
  #little: boolean | undefined;
  packets = 0;

  /** @param keep octets; packets beyond are counted only */
  constructor(keep: number) {
    this.#keep = keep;
  }

  push(chunk: Buffer): void {
    if (this.#keptLength < this.#keep) {
      this.#kept.push(chunk);
      this.#keptLength += chunk.length;
    }
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#little ??= data.length < 4 ? undefined : data.readUInt8(0) !== 0xa1;
    for (;;) {
      const skipped = Math.min(this.#skip, data.length);
      // The file's own header holds the order of octets.
      if (this.#little === undefined) break;
      data = data.subarray(skipped);
      this.#skip -= skipped;
      if (this.#skip > 0 || data.length < packetHeader) break;
      this.packets += 1;
      this.#skip = packetHeader + (this.#little ? data.readUInt32LE(8) : data.readUInt32BE(8));
    }
    this.#rest = Buffer.from(data);
  }

  /** A whole file, though its last packet may be cut. */
  content(): Buffer {
    return Buffer.concat(this.#kept);
  }
}

/** What tcpdump says of itself when it is asked by SIGUSR1. */
export interface CaptureCounts {
  readonly captured: number;
  readonly received: number;
  /** They matched, and were lost for want of room. */
  readonly dropped: number;
}

/** Of the last time it was asked. */
export function parseCounts(text: string): { readonly asked: number; readonly last: CaptureCounts } | undefined {
  const found = [
    ...text.matchAll(/(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel/g),
  ];
  const [, captured, received, dropped] = found.at(-1) ?? [];
  if (captured === undefined) return undefined;
  return {
    asked: found.length,
    last: { captured: Number(captured), received: Number(received), dropped: Number(dropped) },
  };
}
