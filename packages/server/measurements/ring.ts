/**
 * Samples of every second, in memory and nowhere else, for as long as the bounds of time and memory let them. Time is cut in
 * parts of five minutes; a part holds one array of 300 numbers (4 octets each) for each series that had a value in it.
 * When the memory is used up the oldest part goes, of all series alike.
 */
import { measured, type SubjectKind } from "@netwright/contract";
import { LatencyLog } from "./latency-log.ts";
import type { Subject } from "./subject.ts";

/** Seconds of a part. */
export const partSpan = 300;

/** Octets of one series (one number of one subject) in one part: 14.4 kB an hour. */
export const seriesOctets = partSpan * 4;

export interface RingBounds {
  /** Seconds. */
  readonly retention: number;
  /** Octets that the samples may take, of those arrays that are counted here. */
  readonly octets: number;
}

export const defaultRingBounds: RingBounds = { retention: 4 * 3600, octets: 256 * 2 ** 20 };

interface Block {
  /** 1 in every second that has a sample. */
  readonly present: Uint8Array;
  /** By column of the kind; undefined where it never had a value. NaN is no value. */
  readonly columns: (Float32Array | undefined)[];
  readonly latencies: LatencyLog | undefined;
}

interface Part {
  readonly blocks: Map<Subject, Block>;
  octets: number;
}

export interface Sample {
  /** Counters as rates, 1/s; gauges as they are. */
  readonly values: readonly (number | null)[];
  /** Pairs of bucket and count. */
  readonly latencies?: readonly number[];
}

export class Ring {
  /** By first second, oldest first. */
  readonly #parts = new Map<number, Part>();
  readonly #bounds: RingBounds;
  #octets = 0;
  #refused = 0;
  /** Of parts that made room, and not told yet. */
  #gone: readonly Subject[] = [];

  constructor(bounds: RingBounds) {
    this.#bounds = bounds;
  }

  /** Octets in use, and samples for which there was no room even without any older part. */
  get use(): { readonly octets: number; readonly refused: number; readonly oldest: number | undefined } {
    return { octets: this.#octets, refused: this.#refused, oldest: this.#parts.keys().next().value };
  }

  /** Two samples of one second: rates are averaged, of gauges the later one stands. */
  write(subject: Subject, second: number, { values, latencies = [] }: Sample): void {
    const part = this.#part(second);
    const block = part.blocks.get(subject) ?? this.#newBlock(part, subject);
    if (block === undefined) return void (this.#refused += 1);
    const at = second % partSpan;
    const modes = Object.values(measured[subject.kind]);
    for (const [index, value] of values.entries()) {
      if (value === null) continue;
      const column = (block.columns[index] ??= this.#newColumn(part));
      const before = column[at] as number;
      column[at] = modes[index]?.mode === "Counter" && !Number.isNaN(before) ? (before + value) / 2 : value;
    }
    block.present[at] = 1;
    if (latencies.length > 0) this.#count(part, block.latencies?.add(at, latencies) ?? 0);
  }

  has(subject: Subject, second: number): boolean {
    return this.#block(subject, second)?.present[second % partSpan] === 1;
  }

  /** Calls back for every second from `from` up to and without `to` that has a value in the column. */
  scan(
    subject: Subject,
    column: number,
    from: number,
    to: number,
    each: (value: number, second: number) => void,
  ): void {
    this.#walk(subject, from, to, (block, start, first, last) => {
      const values = block.columns[column];
      if (values === undefined) return;
      for (let at = first; at < last; at += 1) {
        const value = values[at] as number;
        if (!Number.isNaN(value)) each(value, start + at);
      }
    });
  }

  /** Adds what was counted in those seconds to `counts`, by bucket. */
  addLatencies(subject: Subject, from: number, to: number, counts: Float64Array): void {
    this.#walk(subject, from, to, ({ latencies }, _, first, last) => latencies?.addTo(counts, first, last));
  }

  /** Drops what is older than the retention. @returns subjects of which nothing is left since the last call. */
  expire(now: number): readonly Subject[] {
    for (const start of this.#parts.keys()) {
      if (start + partSpan > now - this.#bounds.retention) break;
      this.#drop(start);
    }
    const isLeft = (subject: Subject): boolean => [...this.#parts.values()].some(({ blocks }) => blocks.has(subject));
    const gone = this.#gone.filter((subject) => !isLeft(subject));
    this.#gone = [];
    return gone;
  }

  #drop(start: number): void {
    const part = this.#parts.get(start);
    if (part === undefined) return;
    this.#parts.delete(start);
    this.#octets -= part.octets;
    this.#gone = [...this.#gone, ...part.blocks.keys()];
  }

  #walk(
    subject: Subject,
    from: number,
    to: number,
    each: (block: Block, start: number, first: number, last: number) => void,
  ): void {
    for (let start = from - (from % partSpan); start < to; start += partSpan) {
      const block = this.#parts.get(start)?.blocks.get(subject);
      if (block !== undefined) each(block, start, Math.max(0, from - start), Math.min(partSpan, to - start));
    }
  }

  #block(subject: Subject, second: number): Block | undefined {
    return this.#parts.get(second - (second % partSpan))?.blocks.get(subject);
  }

  #part(second: number): Part {
    const start = second - (second % partSpan);
    const known = this.#parts.get(start);
    if (known !== undefined) return known;
    const part: Part = { blocks: new Map(), octets: 0 };
    this.#parts.set(start, part);
    return part;
  }

  #newBlock(part: Part, subject: Subject): Block | undefined {
    const columns = Object.keys(measured[subject.kind]).length;
    if (!this.#makeRoom(part, columns * seriesOctets)) return undefined;
    const block: Block = {
      present: new Uint8Array(partSpan),
      columns: Array.from<Float32Array | undefined>({ length: columns }),
      latencies: countsLatencies(subject.kind) ? new LatencyLog() : undefined,
    };
    part.blocks.set(subject, block);
    this.#count(part, partSpan);
    return block;
  }

  #newColumn(part: Part): Float32Array {
    this.#count(part, seriesOctets);
    return new Float32Array(partSpan).fill(Number.NaN);
  }

  #count(part: Part, octets: number): void {
    part.octets += octets;
    this.#octets += octets;
  }

  /** Older parts make room for a newer one, never the other way. */
  #makeRoom(part: Part, octets: number): boolean {
    while (this.#octets + octets > this.#bounds.octets) {
      const [oldest] = this.#parts.entries();
      if (oldest === undefined || oldest[1] === part) return false;
      this.#drop(oldest[0]);
    }
    return true;
  }
}

const countsLatencies = (kind: SubjectKind): boolean => kind === "Member";
