/** What is run: a network, what is shared on it, and the scenarios that run there. */
import type { FieldPath, Lab, ScenarioSpec, Suite } from "@netwright/api";
import type { SourceRef } from "@netwright/base";
import type { Topology } from "@netwright/lab";
import type { Values } from "./values.ts";

/** One lab's life. */
export interface Job {
  /** The suite's name; that of its scenario where there is no suite. */
  readonly name: string;
  readonly network: Network;
  /** Of a suite. */
  readonly shared: Shared | undefined;
  readonly scenarios: readonly ScenarioRun[];
}

export type Network =
  | { readonly kind: "Build"; readonly lab: Lab; readonly topology: Topology }
  /** Neither built nor removed. */
  | { readonly kind: "Running"; readonly name: string; readonly topology: Topology };

export interface Shared extends Placed {
  readonly spec: Pick<Suite["spec"], "files" | "setup" | "teardown" | "timeout" | "needs">;
}

/** One scenario with one row of its matrix: every value in place, every include put in. */
export interface ScenarioRun extends Placed {
  /** Unique in a session: the scenario's name and its row, in a suite after that one's name. */
  readonly id: string;
  readonly scenario: string;
  readonly values: Values;
  readonly spec: ScenarioSpec;
}

/** Where something is written. */
export interface Placed {
  readonly file: string;
  readonly locate: (path: FieldPath, onKey?: boolean) => SourceRef;
}
