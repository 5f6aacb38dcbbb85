import type { Diagnostic, ErrorCode } from "@netwright/base";
import { NetwrightError } from "@netwright/base";
import { parseKey, type ObjectKey } from "../state/objects.ts";
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
    removed.length === 0 ? found : onceEach(found.map((diagnostic) => stillUsed(diagnostic, removed, touched))),
  );
}

/** Who uses it in several places is named once: the hint says who. */
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, subject, hint, message }) => {
    const key = JSON.stringify([code, subject, code === "NW1303" ? hint : message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** What comes with hosts that fail or are closed is told by conditions: no manifest is to blame. */
const inherent: ReadonlySet<ErrorCode> = new Set(["NW1404"]);

const identity = ({ code, subject, field }: Diagnostic): string => JSON.stringify([code, subject, field]);

/** Whether this object is what the finding says not to be there. */
function isAbout({ message }: Diagnostic, { kind, project, name }: ObjectKey): boolean {
  const words = message.split(/[^\w-]+/);
  const at = words.findIndex((word, index) => word === kind && words[index + 1] === name);
  const of = words[at + 2] === "in" && words[at + 3] === "project" ? words[at + 4] : project;
  return at !== -1 && of === project;
}

/** A reference that dangles because of a deletion is the deletion's fault. */
function stillUsed(
  diagnostic: Diagnostic,
  removed: readonly CandidateChange[],
  touched: ReadonlySet<string>,
): Diagnostic {
  const { code, subject = "something", field } = diagnostic;
  const target = removed.find(({ key }) => isAbout(diagnostic, parseKey(key)));
  if (code !== "NW1301" || target === undefined || touched.has(subject)) return diagnostic;
  return {
    ...diagnostic,
    code: "NW1303",
    message: `${target.object} is still used by ${subject}${field === undefined ? "" : ` (${field})`}`,
    subject: target.object,
    hint: `change or delete ${subject} first`,
  };
}
