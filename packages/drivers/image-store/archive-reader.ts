/** Blocks and runs of octets out of a stream of chunks, without keeping more than a chunk. */
import { blockSize } from "./tar-header.ts";
import { unusable } from "./unusable.ts";

export class ArchiveReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Undefined at the end of the stream. @throws NW1611 when it ends within the block. */
  async block(): Promise<Buffer | undefined> {
    if (this.#rest.length === 0 && !(await this.#fill())) return undefined;
    return this.octets(blockSize);
  }

  /** That many, together. @throws NW1611 when the stream ends before. */
  async octets(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.run(count)) parts.push(part);
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** That many, as they come. @throws NW1611 when the stream ends before. */
  async *run(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0 && !(await this.#fill())) throw unusable("a layer's archive ends too early");
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async skip(count: number): Promise<void> {
    for await (const _ of this.run(count));
  }

  /** What fills a block behind content; some builders leave it out at the end of their archive. */
  async skipPadding(count: number): Promise<void> {
    if (count > 0 && (this.#rest.length > 0 || (await this.#fill()))) await this.skip(count);
  }

  /** To the end of the stream. */
  async drain(): Promise<void> {
    do this.#rest = Buffer.alloc(0);
    while (await this.#fill());
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return false;
      if (value.length === 0) continue;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.length);
      return true;
    }
  }
}
