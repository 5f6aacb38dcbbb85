import type { EditRequest } from "../apply/record-edit.ts";
import { booleanQuery } from "../http/query.ts";
import type { Call } from "../http/route.ts";

/** What every edit takes from its call. Invariant: no route without a token edits. */
export function requestOf(call: Call): Pick<EditRequest, "subject" | "undoes" | "dryRun"> {
  if (call.subject === undefined) throw new RangeError("Invariant: an edit has a subject");
  return { subject: call.subject, undoes: null, dryRun: booleanQuery(call, "dryRun") };
}
