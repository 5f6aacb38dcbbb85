import { problemMediaType, problemOf } from "@netwright/api";
import { httpStatus, isNetwrightError, NetwrightError } from "@netwright/base";
import { RequestError } from "./request-error.ts";

/** Any failure as problem details (RFC 9457). What is not ours is an internal error, told without its text. */
export function problemResponse(failure: unknown): Response {
  const error = asNetwrightError(failure);
  const status = statusOf(error);
  const headers = new Headers({ "content-type": problemMediaType });
  // RFC 6750 section 3.
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="netwright"');
  return new Response(JSON.stringify(problemOf(error, status)), { status, headers });
}

export function asNetwrightError(failure: unknown): NetwrightError {
  if (isNetwrightError(failure)) return failure;
  return new NetwrightError("NW1801", "the server failed; its log says why", { cause: failure });
}

export function statusOf(error: NetwrightError): number {
  if (error instanceof RequestError) return error.status;
  return error.code === "NW1503" ? 401 : httpStatus[error.category];
}
