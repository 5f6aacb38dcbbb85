import { RequestError } from "./request-error.ts";
import type { Call } from "./route.ts";

/** `?name`, `?name=true` or `?name=false`; absent is false. @throws RequestError 400 for another value. */
export function booleanQuery(call: Call, name: string): boolean {
  const value = call.url.searchParams.get(name);
  if (value === null || value === "false") return false;
  if (value === "true" || value === "") return true;
  throw new RequestError(400, `${name} is neither true nor false`);
}

/** A whole number from 0 on; undefined when absent. @throws RequestError 400 for another value. */
export function integerQuery(call: Call, name: string): number | undefined {
  const value = call.url.searchParams.get(name);
  if (value === null) return undefined;
  if (/^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
  throw new RequestError(400, `${name} is not a whole number`);
}
