/** A compilation that is kept and brought up to date: only what a change touches is compiled again. */
import type { HostState } from "@netwright/contract";
import type { Challenges, Compiled, CompileInput, ServiceIdentity } from "./compile.ts";
import { Compilation } from "./compile/compilation.ts";
import type { LedgerChange } from "./ledger.ts";
import type { ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";

/** What is new since the last time; what is left out is as before. */
export interface CompilationChange {
  /** All objects. Those whose `object` and `sources` are the same values as before count as unchanged. */
  readonly objects?: ObjectSet;
  readonly ledger?: readonly LedgerChange[];
  /** All observations. */
  readonly observed?: Observed;
  /** All certificates. */
  readonly certificates?: ReadonlyMap<string, string>;
  /** All of them. Those that are the same values as before count as unchanged. */
  readonly identities?: ReadonlyMap<string, ServiceIdentity>;
  /** All of them. */
  readonly challenges?: Challenges;
  /** All values of secrets. A digest never gets another value, so that only templates and certificates tell what changed. */
  readonly secrets?: ReadonlyMap<string, string>;
}

export interface CompilationUpdate {
  /** Nodes whose state differs from before, by name; deleted ones too. */
  readonly changed: readonly string[];
  /** The new states of those; a deleted node has none. */
  readonly states: ReadonlyMap<string, HostState>;
}

export interface KeptCompilation {
  /** Equal to what `compile` gives for the same input. */
  compiled(): Compiled;
  /** Those of `compiled`. */
  states(): Compiled["states"];
  update(change: CompilationChange): CompilationUpdate;
}

export const createCompilation = (input: CompileInput): KeptCompilation => new Compilation(input);
