/**
 * Which slots a round must look at. A slot that was observed to be as wanted is left alone until something else is wanted
 * of it, somebody says that it was touched, or the time of a full look has come. Forgetting all of this is harmless.
 */
import { isDeepStrictEqual } from "node:util";
import type { Driver, HostState, Slot } from "@netwright/contract";

/** A driver and what it should make so. */
export interface Work {
  readonly driver: Driver;
  readonly want: unknown;
}

/** What stands on links: devices and namespaces that were made anew have lost it. */
const onLinks: readonly Slot[] = ["links", "firewall", "connections", "runtime", "proxy", "loadBalancer"];

export class Attention {
  /** By slot: what was wanted when it was last observed to be so. */
  readonly #settled = new Map<Slot, unknown>();
  /** Touched since the round under way began. */
  readonly #touched = new Set<Slot>();

  /** Undefined: everything may differ. */
  touch(slots?: readonly Slot[]): void {
    for (const slot of slots ?? this.#settled.keys()) {
      this.#touched.add(slot);
      this.#settled.delete(slot);
    }
  }

  /** What a round that begins now must look at. */
  begin(drivers: readonly Driver[], state: HostState): readonly Work[] {
    this.#touched.clear();
    return drivers
      .map((driver) => ({ driver, want: driver.want(state) }))
      .filter(
        ({ driver: { slot }, want }) => !this.#settled.has(slot) || !isDeepStrictEqual(this.#settled.get(slot), want),
      );
  }

  /** A round is over. @param unsettled slots that it changed or that had a problem */
  end(work: readonly Work[], unsettled: ReadonlySet<Slot>): void {
    for (const { driver, want } of work) {
      if (unsettled.has(driver.slot)) this.#settled.delete(driver.slot);
      else if (!this.#touched.has(driver.slot)) this.#settled.set(driver.slot, want);
    }
    if (unsettled.has("links")) this.touch(onLinks);
    // What was let through in between must be cut.
    if (unsettled.has("firewall")) this.touch(["connections"]);
  }
}
