/** Errors on the wire: problem details (RFC 9457) with our code and every diagnostic. */
import { categoryOf, errorCodes, httpStatus, NetwrightError, type Diagnostic, type ErrorCode } from "@netwright/base";
import type { ClauseProof } from "./proof.ts";
import { ContractsBroken, isContractsBroken } from "./refusal.ts";

export const problemMediaType = "application/problem+json";

export interface Problem {
  /** `https://netwright.dev/errors/NW1203`: names the code, need not resolve. */
  readonly type: string;
  /** What the code means, always the same. */
  readonly title: string;
  readonly status: number;
  /** What happened this time. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** At least one; the first is the one that `detail` quotes. */
  readonly diagnostics: readonly Diagnostic[];
  readonly hint?: string;
  /** Of NW1313: the clauses that would not hold, each with its counterexample. */
  readonly broken?: readonly ClauseProof[];
}

const typePrefix = "https://netwright.dev/errors/";

/** @param status where it is not the one of the code's category (401 instead of 403, for example). */
export function problemOf(error: NetwrightError, status: number = httpStatus[error.category]): Problem {
  const hint = error.diagnostics[0]?.hint;
  return {
    type: `${typePrefix}${error.code}`,
    title: errorCodes[error.code].summary,
    status,
    detail: error.message,
    code: error.code,
    diagnostics: error.diagnostics,
    ...(hint === undefined ? {} : { hint }),
    ...(isContractsBroken(error) ? { broken: error.broken } : {}),
  };
}

/** The error that a server meant; undefined when the value is no problem of ours. */
export function errorOfProblem(value: unknown): NetwrightError | undefined {
  if (typeof value !== "object" || value === null || !("code" in value)) return undefined;
  const { code, detail, diagnostics, hint, broken } = value as Partial<Problem>;
  if (typeof code !== "string" || !Object.hasOwn(errorCodes, code) || categoryOf(code) === undefined) return undefined;
  if (code === "NW1313" && Array.isArray(broken) && broken.length > 0 && broken.every(isClauseProof))
    return new ContractsBroken(broken);
  const known = Array.isArray(diagnostics) ? diagnostics.filter(isDiagnostic) : [];
  if (known.length > 0) return NetwrightError.of(known);
  return new NetwrightError(code, detail ?? errorCodes[code].summary, hint === undefined ? {} : { hint });
}

function isDiagnostic(value: unknown): value is Diagnostic {
  if (typeof value !== "object" || value === null) return false;
  const { code, message } = value as Partial<Diagnostic>;
  return typeof code === "string" && Object.hasOwn(errorCodes, code) && typeof message === "string";
}

function isClauseProof(value: unknown): value is ClauseProof {
  if (typeof value !== "object" || value === null) return false;
  const { clause, statement, verdict } = value as Partial<ClauseProof>;
  return [clause, statement, verdict].every((each) => typeof each === "string");
}

/** A line of an NDJSON stream that ends it: what went wrong after the answer had begun. */
export interface StreamProblem {
  readonly problem: Problem;
}
