/** What a session of tests found. Everything that is printed or written is made of this; it is the JSON report. */
import type { Instant, Milliseconds } from "@netwright/base";

/** Error: it could not be judged, because what it needs failed or took too long. */
export type Verdict = "Passed" | "Failed" | "Skipped" | "Error";

export interface SessionReport {
  readonly version: 1;
  readonly seed: number;
  readonly begunAt: Instant;
  readonly took: Milliseconds;
  /** In the order in which they ended. */
  readonly runs: readonly RunReport[];
}

/** One scenario with one row of its matrix, once. */
export interface RunReport {
  readonly id: string;
  readonly description: string | null;
  /** The suite; the run's own id where there is none. */
  readonly job: string;
  readonly file: string;
  /** From 1 on; more with `--repeat`. */
  readonly attempt: number;
  readonly seed: number;
  readonly verdict: Verdict;
  /** Why it was not passed, in one line. */
  readonly reason: string | null;
  readonly begunAt: Instant;
  readonly took: Milliseconds;
  /** Until its lab stood; null when that stood already. */
  readonly labTook: Milliseconds | null;
  readonly network: DrawnNetwork;
  /** Setup, steps and teardown in the order in which they ran. */
  readonly steps: readonly StepReport[];
  readonly faults: readonly FaultReport[];
  readonly loads: readonly LoadReport[];
  /** Directory with what was collected of a failure. */
  readonly artefacts: string | null;
  /** A command line that runs it again, with the same seed. */
  readonly repeat: string;
}

export interface DrawnNetwork {
  readonly lab: string;
  readonly nodes: readonly { readonly name: string; readonly role: string; readonly addresses: readonly string[] }[];
  readonly links: readonly { readonly name: string; readonly ends: readonly [string, string] }[];
}

export interface StepReport {
  readonly phase: "Setup" | "Steps" | "Teardown";
  /** Place in its list, from 0 on; of parallel steps after that of the whole. */
  readonly index: readonly number[];
  readonly name: string;
  readonly verdict: Verdict;
  readonly reason: string | null;
  /** True where a failure does not count (`mayFail`). */
  readonly mayFail: boolean;
  /** After the run began. */
  readonly at: Milliseconds;
  readonly took: Milliseconds;
  readonly source: Place;
  readonly commands: readonly CommandReport[];
  readonly checks: readonly CheckReport[];
  readonly parallel: readonly StepReport[];
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface CommandReport {
  readonly node: string;
  readonly command: string;
  readonly code: number;
  /** Cut when long. */
  readonly stdout: string;
  readonly stderr: string;
  readonly took: Milliseconds;
}

export interface CheckReport {
  readonly name: string;
  /** As in the manifest: `tcp`, `matrix`, ... */
  readonly subject: string;
  readonly verdict: Verdict;
  readonly expected: string;
  /** What was seen last. */
  readonly seen: string;
  /** How often it was looked. */
  readonly looks: number;
  readonly at: Milliseconds;
  readonly took: Milliseconds;
  readonly source: Place;
  readonly evidence: readonly Evidence[];
}

export type Evidence =
  | { readonly kind: "Text"; readonly name: string; readonly text: string }
  /** Rows ask, columns are asked. */
  | {
      readonly kind: "Grid";
      readonly name: string;
      readonly columns: readonly string[];
      readonly rows: readonly GridRow[];
    }
  /** A file among the artefacts. */
  | { readonly kind: "File"; readonly name: string; readonly path: string };

export interface GridRow {
  readonly name: string;
  readonly cells: readonly ({ readonly expected: string; readonly seen: string } | null)[];
}

export interface FaultReport {
  readonly description: string;
  /** Links, ends of links (NODE:INTERFACE) and nodes, as in the network. */
  readonly on: readonly string[];
  readonly at: Milliseconds;
  /** Null: with the lab. */
  readonly until: Milliseconds | null;
  /** Why it could not be had here. */
  readonly skipped: string | null;
}

export interface LoadReport {
  readonly name: string;
  readonly description: string;
  readonly at: Milliseconds;
  readonly until: Milliseconds;
  readonly succeeded: number;
  readonly failed: number;
  readonly p50: Milliseconds | null;
  readonly p99: Milliseconds | null;
  /** Of a tenth of a second each, from `at` on. */
  readonly tenths: readonly { readonly succeeded: number; readonly failed: number; readonly slowest: Milliseconds }[];
  /** The first ones. */
  readonly failures: readonly { readonly at: Milliseconds; readonly message: string }[];
}

/** What happens while it happens, for people who watch. */
export type TestEvent =
  | { readonly kind: "SessionBegan"; readonly runs: number; readonly jobs: number; readonly seed: number }
  | { readonly kind: "RunBegan"; readonly id: string; readonly attempt: number }
  | { readonly kind: "LabUp"; readonly id: string; readonly attempt: number; readonly took: Milliseconds }
  | {
      readonly kind: "StepBegan";
      readonly id: string;
      readonly attempt: number;
      readonly name: string;
      readonly phase: StepReport["phase"];
    }
  | { readonly kind: "StepEnded"; readonly id: string; readonly attempt: number; readonly step: StepReport }
  | { readonly kind: "RunEnded"; readonly run: RunReport }
  | { readonly kind: "SessionEnded"; readonly report: SessionReport };

/** Sorted by how bad it is; the worst of several is that of the whole. Nothing at all is passed. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  const order = ["Error", "Failed", "Passed", "Skipped"] as const;
  return order.find((verdict) => verdicts.includes(verdict)) ?? "Passed";
}
