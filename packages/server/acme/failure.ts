/** Why there is no certificate: as a reason that programs match, and a sentence for people. */
import { milliseconds, NetwrightError, type ErrorCode, type Instant, type Milliseconds } from "@netwright/base";
import type { AcmeResponse } from "./transport.ts";

export class AcmeFailure extends NetwrightError {
  /** One CamelCase word, for conditions. */
  readonly reason: string;
  /** Not to be asked again before that. */
  readonly retryAfter: Milliseconds | undefined;
  /** The last part of the problem's type (RFC 8555 section 6.7). */
  readonly type: string | undefined;

  constructor(
    code: ErrorCode,
    reason: string,
    message: string,
    more: { readonly retryAfter?: Milliseconds | undefined; readonly type?: string; readonly cause?: unknown } = {},
  ) {
    super(code, message, more.cause === undefined ? {} : { cause: more.cause });
    this.reason = reason;
    this.retryAfter = more.retryAfter;
    this.type = more.type;
  }
}

/** Problem document (RFC 7807) as authorities send it. */
export interface Problem {
  readonly type?: string;
  readonly detail?: string;
  readonly subproblems?: readonly Problem[];
}

const prefix = "urn:ietf:params:acme:error:";

const reasons: Readonly<Record<string, string>> = {
  rateLimited: "RateLimited",
  dns: "DnsNotSet",
  connection: "ChallengeFailed",
  unauthorized: "ChallengeFailed",
  incorrectResponse: "ChallengeFailed",
  tls: "ChallengeFailed",
  caa: "CaaForbids",
  rejectedIdentifier: "NameRefused",
  unsupportedIdentifier: "NameRefused",
  externalAccountRequired: "AccountRefused",
  unsupportedContact: "AccountRefused",
  invalidContact: "AccountRefused",
  userActionRequired: "TermsChanged",
  serverInternal: "AuthorityFailed",
};

/** An authority's refusal. Its words come from outside: they are cut and kept on one line. */
export function refusal(problem: Problem, retryAfter?: Milliseconds): AcmeFailure {
  const type = (problem.type ?? "").startsWith(prefix) ? (problem.type ?? "").slice(prefix.length) : "";
  const all = [problem, ...(problem.subproblems ?? [])]
    .map(({ detail }) => detail)
    .filter((text) => text !== undefined);
  const words = [...new Set(all)].join("; ") || "no reason given";
  const said = `the authority says: ${oneLine(words)}${type === "" ? "" : ` (${oneLine(type)})`}`;
  return new AcmeFailure("NW1622", reasons[type] ?? "Refused", said, { retryAfter, type });
}

export function refusalOf({ status, headers, body }: AcmeResponse, now: Instant): AcmeFailure {
  const problem: Problem | undefined = objectIn(body);
  const retryAfter = retryAfterIn(headers["retry-after"], now);
  if (problem !== undefined && typeof problem.type === "string") return refusal(problem, retryAfter);
  if (status === 429) return refusal({ type: `${prefix}rateLimited`, detail: "too many requests" }, retryAfter);
  return new AcmeFailure("NW1621", "AuthorityFailed", `the authority answers with HTTP status ${status}`, {
    retryAfter,
  });
}

export const objectIn = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Seconds or a date (RFC 9110 section 10.2.3). */
export function retryAfterIn(text: string | undefined, now: Instant): Milliseconds | undefined {
  if (text === undefined) return undefined;
  const span = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : text.endsWith(" GMT") ? Date.parse(text) - now : NaN;
  return Number.isFinite(span) ? milliseconds(Math.max(0, span)) : undefined;
}

export function oneLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, " ").trim();
  return line.length > 400 ? `${line.slice(0, 397)}...` : line;
}
