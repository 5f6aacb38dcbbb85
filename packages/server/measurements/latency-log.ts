/** Which latency buckets were counted in, second by second: few are, so pairs take less than a table. */

const first = 64;
/** Buckets fit below it, so that second and bucket make one number. */
const bucketsMax = 256;

export class LatencyLog {
  /** Pairs of `second * bucketsMax + bucket` and a count, seconds ascending. */
  #pairs: Uint32Array = new Uint32Array(0);
  #length = 0;

  /** @returns octets by which it grew. */
  add(second: number, counted: readonly number[]): number {
    const before = this.#pairs.byteLength;
    for (let index = 0; index + 1 < counted.length; index += 2) {
      if (this.#length === this.#pairs.length) this.#grow();
      this.#pairs[this.#length] = second * bucketsMax + (counted[index] as number);
      this.#pairs[this.#length + 1] = counted[index + 1] as number;
      this.#length += 2;
    }
    return this.#pairs.byteLength - before;
  }

  /** Seconds from `from` up to and without `to`. */
  addTo(counts: Float64Array, from: number, to: number): void {
    for (let index = this.#start(from * bucketsMax); index < this.#length; index += 2) {
      const key = this.#pairs[index] as number;
      if (key >= to * bucketsMax) return;
      const bucket = key % bucketsMax;
      counts[bucket] = (counts[bucket] ?? 0) + (this.#pairs[index + 1] as number);
    }
  }

  /** Index of the first pair that is not below the key's second. */
  #start(key: number): number {
    let [low, high] = [0, this.#length / 2];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pairs[2 * middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return 2 * low;
  }

  #grow(): void {
    const larger = new Uint32Array(Math.max(first, 2 * this.#pairs.length));
    larger.set(this.#pairs);
    this.#pairs = larger;
  }
}
