/** Rules as data: what tables of nftables are read into, and what the meaning of a state is written in. */
import type { Field } from "./fields.ts";
import { relation, type Lookup, type Relation, type Row } from "./relation.ts";

export type Verdict =
  | { readonly kind: "End"; readonly what: string }
  | { readonly kind: "Jump" | "Goto"; readonly chain: string }
  | { readonly kind: "Return" }
  | { readonly kind: "Continue" };

export interface Case {
  readonly test: Relation;
  readonly verdict: Verdict;
}

/** One after the other; a test that fails leads to the next rule. */
export type Step =
  | { readonly kind: "Test"; readonly test: Relation; readonly negated: boolean }
  /** Something that is not understood: it may match or not. */
  | { readonly kind: "Unknown"; readonly text: string }
  | { readonly kind: "Verdict"; readonly verdict: Verdict }
  /** No two of them match one packet; where none does, the next rule decides. */
  | { readonly kind: "Branch"; readonly cases: readonly Case[] }
  /** Accepts with another address; without an entry the next rule decides. */
  | { readonly kind: "Translate"; readonly end: "source" | "destination"; readonly to: Lookup }
  /** A set gets an element; where it is full the next rule decides. Null: nobody asks what is in it. */
  | { readonly kind: "Record"; readonly set: string; readonly what: string | null }
  /** Something is done to the packet or its connection that no rule here asks for. */
  | { readonly kind: "Do"; readonly what: string }
  /** A field becomes something that is not told here: `what` says of what it is made. It fails where `unless` says so. */
  | { readonly kind: "Assign"; readonly field: Field; readonly what: string; readonly unless: string | null };

export interface Rule {
  /** As a person would look for it. */
  readonly name: string;
  readonly text: string;
  readonly steps: readonly Step[];
}

/** Where the kernel asks a chain. */
export interface Hook {
  readonly type: string;
  readonly hook: string;
  readonly device: string | null;
  readonly priority: number;
}

export interface Chain {
  readonly name: string;
  readonly hook: Hook | null;
  /** Of a chain with a hook. */
  readonly policy: "accept" | "drop";
  readonly rules: readonly Rule[];
}

export interface Program {
  readonly chains: ReadonlyMap<string, Chain>;
}

export const hookKey = ({ type, hook, device, priority }: Hook): string =>
  `${type} ${hook}${device === null ? "" : ` of ${device}`} at ${priority}`;

export const accept: Verdict = { kind: "End", what: "accept" };
export const drop: Verdict = { kind: "End", what: "drop" };

export const verdictText = (verdict: Verdict): string => {
  if (verdict.kind === "End") return verdict.what;
  return "chain" in verdict ? `${verdict.kind.toLowerCase()} ${verdict.chain}` : verdict.kind.toLowerCase();
};

/** A field that is true or false for something that rules ask for and no packet shows. */
export const circumstance = (text: string): Relation => {
  const key = `${text}=1 2`;
  return { fields: [text], rows: happens, isEmpty: false, isFull: false, key, label: key };
};
const happens = [[1, 2]];

/** Entries of a map of verdicts, those of one verdict together, in an order that is the same for the same verdicts. */
export const casesOf = (
  fields: readonly Field[],
  entries: readonly { readonly row: Row; readonly value: Verdict }[],
): readonly Case[] =>
  [...Map.groupBy(entries, ({ value }) => verdictText(value))]
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
    .map(([, group]) => ({
      test: relation(
        fields,
        group.map(({ row }) => row),
      ),
      verdict: (group[0] as (typeof entries)[number]).value,
    }));
