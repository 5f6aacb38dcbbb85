/** What doctor says. */
import type { ErrorCode } from "@netwright/base";

export interface Finding {
  /** `Problem`: something does not work, or will not once Netwright runs here. `Note`: worth knowing. */
  readonly verdict: "Good" | "Note" | "Problem";
  /** As `explain` knows it; null where all is well. */
  readonly code: ErrorCode | null;
  /** A slot with its driver, a part of the system, or an object. */
  readonly subject: string;
  /** What was found. */
  readonly message: string;
  /** What follows from it; absent where the message says it all. */
  readonly meaning?: string;
  /** What to do about it. */
  readonly hint?: string;
}

export const good = (subject: string, message: string): Finding => ({ verdict: "Good", code: null, subject, message });

type Details = Pick<Finding, "meaning" | "hint">;

export const note = (code: ErrorCode, subject: string, message: string, details: Details = {}): Finding => ({
  verdict: "Note",
  code,
  subject,
  message,
  ...details,
});

export const problem = (code: ErrorCode, subject: string, message: string, details: Details = {}): Finding => ({
  verdict: "Problem",
  code,
  subject,
  message,
  ...details,
});

/** One line for a part where nothing was found, else what was found. */
export const orGood = (findings: readonly Finding[], subject: string, message: string): readonly Finding[] =>
  findings.length > 0 ? findings : [good(subject, message)];
