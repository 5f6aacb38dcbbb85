/** Between the server and the thread that proves. Values that both know are told by number. */
import type { ErrorCode } from "@netwright/base";
import type { ProofReport } from "@netwright/api";
import type { Judgement, ProofQuestion } from "./prover.ts";

export interface ProofJob {
  readonly id: number;
  readonly kind: "Report" | "Judge";
  /** Values that the thread has not got yet. */
  readonly fresh: readonly (readonly [number: number, value: object])[];
  /** Numbers of values that it need not keep. */
  readonly gone: readonly number[];
  readonly question: Numbered;
}

/** Numbers of values instead of values. */
export type Numbered = {
  readonly [part in keyof ProofQuestion]-?: readonly number[] | null;
};

export type ProofAnswer =
  | { readonly id: number; readonly kind: "Report"; readonly report: ProofReport }
  | { readonly id: number; readonly kind: "Judge"; readonly judgement: Judgement }
  | { readonly id: number; readonly kind: "Failed"; readonly code: ErrorCode; readonly message: string };
