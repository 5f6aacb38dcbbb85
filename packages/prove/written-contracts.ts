/** Contracts as they stand in objects, and where. Pure. */
import {
  nearestSource,
  objectName,
  readContract,
  type AnyObject,
  type ClauseProof,
  type ContractOf,
  type ProofReport,
  type Sources,
} from "@netwright/api";
import type { Diagnostic } from "@netwright/base";

/** An object and the places in files that its fields came from. */
export interface Written {
  readonly object: AnyObject;
  readonly sources: Sources;
}

/** Objects never change in place, and most of a set are the same as in the set before. */
const known = new WeakMap<AnyObject, { readonly contract: ContractOf | undefined }>();

/** In the order of the objects. */
export function contractsIn(items: Iterable<Pick<Written, "object">>): readonly ContractOf[] {
  const found: ContractOf[] = [];
  for (const { object } of items) {
    const read = known.get(object) ?? { contract: readContract(object) };
    known.set(object, read);
    if (read.contract !== undefined) found.push(read.contract);
  }
  return found;
}

/** The report with the place of every clause, and with which of them are looked at while they run. */
export function placeReport(report: ProofReport, items: Iterable<Written>): ProofReport {
  const all = [...items];
  const sources = sourcesBy(all);
  const watched = new Set(
    contractsIn(all).flatMap(({ object, clauses }) =>
      clauses.flatMap(({ name, monitor }) => (monitor === undefined ? [] : [`${object} ${name}`])),
    ),
  );
  return { ...report, clauses: report.clauses.map((clause) => placeClause(clause, sources, watched)) };
}

function placeClause(
  clause: ClauseProof,
  sources: ReadonlyMap<string, Sources>,
  watched: ReadonlySet<string>,
): ClauseProof {
  const { origin } = clause;
  const place = origin === null || origin.source !== undefined ? undefined : placeOf(sources, origin);
  return {
    ...clause,
    ...(origin === null || place === undefined ? {} : { origin: { ...origin, source: place } }),
    ...(watched.has(clause.clause) ? { watched: true } : {}),
  };
}

/** Findings with the places that they are about. */
export function placeFindings(findings: readonly Diagnostic[], items: Iterable<Written>): readonly Diagnostic[] {
  if (findings.length === 0) return findings;
  const sources = sourcesBy(items);
  return findings.map((finding) => {
    const { subject = "", field = "", source } = finding;
    const place = source ?? placeOf(sources, { object: subject, field });
    return place === undefined ? finding : { ...finding, source: place };
  });
}

const sourcesBy = (items: Iterable<Written>): ReadonlyMap<string, Sources> =>
  new Map([...items].map(({ object, sources }) => [objectName(object), sources]));

const placeOf = (
  sources: ReadonlyMap<string, Sources>,
  { object, field }: { readonly object: string; readonly field: string },
) => nearestSource(sources.get(object) ?? {}, field);
