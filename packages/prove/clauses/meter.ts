/** Counts the work of a proof. */

/** Enough for one clause about all ends of a site of 10,000 workloads. */
export const defaultBudget = 5_000_000;

export class OutOfBudget extends Error {}

export class Meter {
  readonly #budget: number;
  steps = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** @throws OutOfBudget */
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > this.#budget) throw new OutOfBudget();
  }
}
