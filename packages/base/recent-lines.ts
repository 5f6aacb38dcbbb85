/** The last lines of a log, kept in memory for whoever asks later. */
export class RecentLines {
  readonly #most: number;
  #lines: string[] = [];

  constructor(most = 2000) {
    this.#most = most;
  }

  /** @param line with its newline */
  add(line: string): void {
    this.#lines.push(line);
    // Cut seldom: each cut copies.
    if (this.#lines.length > 2 * this.#most) this.#lines = this.#lines.slice(-this.#most);
  }

  text(): string {
    return this.#lines.slice(-this.#most).join("");
  }
}
