/**
 * Numbers for values that are sent to another thread again and again. States, services and contracts are never changed in place:
 * what is the same value as before need not be sent again, so that a proof of one change costs what changed.
 */
export class ValueNumbers {
  readonly #numbers = new Map<object, { readonly number: number; usedIn: number }>();
  #last = 0;
  #job = 0;

  /** Values are forgotten when this many jobs did without them: questions about now and about changes take turns. */
  readonly #kept: number;

  constructor(kept = 8) {
    this.#kept = kept;
  }

  /** A new job begins. @returns numbers that are forgotten from now on */
  begin(): readonly number[] {
    this.#job++;
    const gone: number[] = [];
    for (const [value, { number, usedIn }] of this.#numbers) {
      if (usedIn >= this.#job - this.#kept) continue;
      this.#numbers.delete(value);
      gone.push(number);
    }
    return gone;
  }

  /** @param onFresh is told each value that had no number */
  of(value: object, onFresh: (number: number, value: object) => void): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) {
      known.usedIn = this.#job;
      return known.number;
    }
    const number = ++this.#last;
    this.#numbers.set(value, { number, usedIn: this.#job });
    onFresh(number, value);
    return number;
  }
}
