/**
 * The driver of one slot on one node. `want`, `plan` are pure; `observe` only reads; `apply` is thin.
 * Promises every driver keeps (the compliance suite in testkit holds them to it):
 * - level-triggered: `plan(want(state), observe())` is empty right after `apply` of that plan, from any start;
 * - it owns only what carries Netwright's mark and never touches anything else;
 * - an `apply` that fails half-way leaves what worked before working, and the next round repairs;
 * - nothing is restarted, reloaded or rewritten that did not change.
 */
import type { Clock } from "@netwright/base";
import type { HostState } from "./host-state.ts";
import type { Problem, Slot } from "./report.ts";
import type { Files, Processes, Runner } from "./system.ts";

export interface Driver<Want = unknown, Have = unknown, Change = unknown> {
  readonly slot: Slot;
  /** Name of the engine, for example `nftables`. */
  readonly name: string;
  /** What is missing on this node for the driver to work, as sentences; empty when nothing is. */
  probe(system: NodeSystem): Promise<readonly string[]>;
  /** The part of the state that this driver is about. Pure. */
  want(state: HostState): Want;
  /** What is there now. Reads only. */
  observe(system: NodeSystem, want: Want): Promise<Have>;
  /** The difference, split in two: what `retire` takes away and what `install` adds or changes. Pure. */
  plan(want: Want, have: Have): Plan<Change>;
  /** Makes one half of a plan so. Returns what did not work; throws only for its own defects. */
  apply(system: NodeSystem, changes: readonly Change[]): Promise<readonly Problem[]>;
  /** One line of text per change, for dry runs and logs. Pure. */
  describe(change: Change): string;
}

export interface Plan<Change> {
  readonly install: readonly Change[];
  readonly retire: readonly Change[];
}

/** The node as drivers see it; a fake one serves unit tests. */
export interface NodeSystem {
  readonly runner: Runner;
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly paths: NodePaths;
}

/** Absolute directories of one node. Both exist. */
export interface NodePaths {
  /** Sockets, rendered configurations, pid files; gone after a reboot. For example /run/netwright. */
  readonly run: string;
  /** What must survive a reboot. For example /var/lib/netwright. */
  readonly state: string;
  /** Parent of the workloads' control groups in every hierarchy; `/netwright` where absent. Labs side by side differ in it. */
  readonly controlGroup?: string;
}

/** Erases the types of a driver, so that different ones stand in one list. */
export function anyDriver<W, H, C>(driver: Driver<W, H, C>): Driver {
  return driver;
}
