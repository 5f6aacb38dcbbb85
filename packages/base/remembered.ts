/** What was made of a text, so that the same text is worked on once. Bounded: when it is full it begins anew. */
export class Remembered<Key extends string, T> {
  readonly #known = new Map<Key, T>();
  readonly #most: number;

  /** @param most texts at once */
  constructor(most: number) {
    this.#most = most;
  }

  of(key: Key, make: (key: Key) => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // A part of a text keeps the whole of it in memory.
    const own = Buffer.from(key).toString() as Key;
    const made = make(own);
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(own, made);
    return made;
  }
}
