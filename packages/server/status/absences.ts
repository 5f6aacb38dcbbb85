/** Tells what is missing from what is only late. */
import { seconds, type Clock, type Milliseconds } from "@netwright/base";

/** Routes follow announcements within milliseconds, and reports of them within what a busy machine takes. */
const patience: Milliseconds = seconds(3);

export class Absences {
  readonly #clock: Clock;
  /** By object, then what it lacks. */
  readonly #since = new Map<string, Map<string, Milliseconds>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of everything that an object lacks now. @returns what it has lacked for too long. */
  lasting(object: string, lacks: readonly string[]): readonly string[] {
    const before = this.#since.get(object);
    const now = this.#clock.monotonic();
    const since = new Map(lacks.map((what) => [what, before?.get(what) ?? now]));
    if (since.size === 0) this.#since.delete(object);
    else this.#since.set(object, since);
    return lacks.filter((what) => now - (since.get(what) ?? now) >= patience);
  }

  /** Objects of which something is missing: time alone may change the verdict. */
  objects(): Iterable<string> {
    return this.#since.keys();
  }

  forget(object: string): void {
    this.#since.delete(object);
  }
}
