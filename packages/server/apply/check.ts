import type { Diagnostic, ErrorCode } from "@netwright/base";
import { NetwrightError } from "@netwright/base";
import { parseKey } from "../state/objects.ts";
import type { CandidateChange } from "./candidate.ts";

/**
 * Refuses an edit for what it would break: findings that were not there before, and any about an object that it
 * changes. Old trouble elsewhere (a host that died, say) must not stop people from working.
 * @throws NetwrightError with all of them.
 */
export function checkDiagnostics(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
  changes: readonly CandidateChange[],
): void {
  const known = new Set(before.map(identity));
  const touched = new Set(
    changes.filter(({ change }) => change === "Create" || change === "Update").map(({ object }) => object),
  );
  const blamed = after.filter(({ code }) => !inherent.has(code));
  const found = blamed.filter(
    (diagnostic) => !known.has(identity(diagnostic)) || touched.has(diagnostic.subject ?? ""),
  );
  if (found.length === 0) return;
  const removed = changes.filter(({ change }) => change === "Delete");
  throw NetwrightError.of(
    removed.length === 0 ? found : found.map((diagnostic) => stillUsed(diagnostic, removed, touched)),
  );
}

/** What comes with hosts that fail or are closed is told by conditions: no manifest is to blame. */
const inherent: ReadonlySet<ErrorCode> = new Set(["NW1404"]);

const identity = ({ code, subject, field }: Diagnostic): string => JSON.stringify([code, subject, field]);

/** A reference that dangles because of a deletion is the deletion's fault. */
function stillUsed(
  diagnostic: Diagnostic,
  removed: readonly CandidateChange[],
  touched: ReadonlySet<string>,
): Diagnostic {
  const { code, subject = "something", field } = diagnostic;
  const target = removed.find(({ key }) => {
    const { kind, name } = parseKey(key);
    return diagnostic.message.includes(`${kind} ${name}`);
  });
  if (code !== "NW1301" || target === undefined || touched.has(subject)) return diagnostic;
  return {
    ...diagnostic,
    code: "NW1303",
    message: `${target.object} is still used by ${subject}${field === undefined ? "" : ` (${field})`}`,
    subject: target.object,
    hint: `change or delete ${subject} first`,
  };
}
