/**
 * The one error root. Every failure a user can meet carries a stable code from the registry in
 * `error-codes.ts`, a category that decides exit code, HTTP status and whether to try again, and,
 * where it is about a manifest, the place in it.
 */
import { categoryOf, type Category, type ErrorCode } from "./error-codes.ts";

export type { Category, ErrorCode };

/** A place in a file a person wrote. Lines and columns count from 1. */
export interface SourceRef {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length in characters of the offending text on that line; 1 when unknown. */
  readonly length?: number;
}

/**
 * One finding about one object: what a pure function returns where it must not throw.
 * The compiler and the validators collect these; shells print or send them.
 */
export interface Diagnostic {
  readonly code: ErrorCode;
  readonly message: string;
  /** The object it is about, as `kind/name` in lower case, for example `service/shop`. */
  readonly subject?: string;
  /** Path of the field inside the object, for example `spec.tiers[0].workload.port`. */
  readonly field?: string;
  readonly source?: SourceRef;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
}

/** A diagnostic on its way up the stack. Throw this, never a plain `Error`, from anything a user can cause. */
export class NetwrightError extends Error {
  override readonly name = "NetwrightError";
  readonly code: ErrorCode;
  readonly category: Category;
  /** At least one; the first is the one the message quotes. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(
    code: ErrorCode,
    message: string,
    details: Omit<Diagnostic, "code" | "message"> & { readonly cause?: unknown } = {},
    more: readonly Diagnostic[] = [],
  ) {
    const { cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.category = categoryOf(code);
    this.diagnostics = [{ code, message, ...rest }, ...more];
  }

  /** Wraps collected diagnostics. @throws RangeError when there are none. */
  static of(diagnostics: readonly Diagnostic[]): NetwrightError {
    const [first, ...more] = diagnostics;
    if (first === undefined) throw new RangeError("no diagnostics to throw");
    const { code, message, ...rest } = first;
    return new NetwrightError(code, message, rest, more);
  }
}

/** True for our own errors, also across copies of this package. */
export function isNetwrightError(value: unknown): value is NetwrightError {
  return value instanceof Error && value.name === "NetwrightError" && "diagnostics" in value;
}

/** The text of anything thrown, without a stack. */
export function messageOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}
