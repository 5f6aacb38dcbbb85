/** Proves what manifests say, without a server: where they lead is compiled here, and that is proved. Pure. */
import { objectName, type AnyObject, type ProofReport, type Secret } from "@netwright/api";
import { NetwrightError, type Diagnostic, type Instant } from "@netwright/base";
import { foresee, objectSet, type Foreseen } from "@netwright/compiler";
import { contractFindings, proveContracts } from "@netwright/prove";
import { tableAssumptions } from "@netwright/prove/tables/compare-tables.ts";
import { contractsIn, placeFindings, placeReport, type Written } from "@netwright/prove/written-contracts.ts";
import { wholeSite } from "./stand-ins.ts";
import { translationProofs } from "./translation.ts";

export interface FileSets {
  readonly after: readonly Written[];
  /** Of before the change. Undefined: there was nothing, and nothing is asked of the way. */
  readonly before: readonly Written[] | undefined;
  /** The site's own objects, kept elsewhere. */
  readonly site: readonly Written[];
}

export interface FileProof {
  readonly report: ProofReport;
  /** Hosts, routers and pools that were not given. */
  readonly standIns: readonly string[];
  /** References to objects of kinds that the files have none of. */
  readonly elsewhere: readonly string[];
}

/** @throws NetwrightError with all that is wrong with the manifests, as a server would refuse them. */
export function proveFiles({ after, before, site }: FileSets, now: Instant): FileProof {
  const { standIns, keeps } = completed([...site, ...(before ?? []), ...after]);
  const whole = (items: readonly Written[]): readonly Written[] =>
    [...standIns.map(asWritten), ...site, ...items].filter(keeps).map(sealed);
  const [old, next] = [before === undefined ? undefined : whole(before), whole(after)];
  const first = old === undefined ? undefined : { objects: objectSet(old), ...foresee(objectSet(old), now) };
  const last = foresee(objectSet(next), now, first);
  const elsewhere = [...checked(old ?? [], first), ...checked(next, last)];
  const input = {
    states: [...last.states.values()],
    ...(first === undefined ? {} : { before: [...first.states.values()] }),
    services: next.flatMap(({ object }) => (object.kind === "Service" ? [object] : [])),
    contracts: contractsIn(next),
  };
  const findings = contractFindings(input);
  if (findings.length > 0) throw NetwrightError.of(placeFindings(findings, next));
  const report = placeReport(withClauses(proveContracts(input), translationProofs(last.states.values())), next);
  return { report, standIns: standIns.map(objectName), elsewhere: [...new Set(elsewhere)] };
}

/** One site for both sets. */
function completed(items: readonly Written[]): {
  readonly standIns: readonly AnyObject[];
  readonly keeps: (item: Written) => boolean;
} {
  const { objects, standIns } = wholeSite(items.map(({ object }) => object));
  const kept = new Set(objects);
  return { standIns, keeps: ({ object }) => kept.has(object) };
}

const asWritten = (object: AnyObject): Written => ({ object, sources: {} });

/** What a server would make of values: that they are there, and not what they are. */
function sealed(item: Written): Written {
  if (item.object.kind !== "Secret") return item;
  const { type, stringData = {}, data = {}, sealed: known = {} } = item.object.spec;
  const entries = Object.keys({ ...stringData, ...data }).map((key) => [key, { size: 0, digest: key }] as const);
  const spec: Secret["spec"] = { type, sealed: { ...known, ...Object.fromEntries(entries) } };
  return { ...item, object: { ...item.object, spec } };
}

const mayBeElsewhere = ["Secret", "Config", "CertificateIssuer", "Project"] as const;

/** @returns names of what is looked for elsewhere. @throws NetwrightError for all else that a server would refuse. */
function checked(items: readonly Written[], foreseen: Pick<Foreseen, "diagnostics"> | undefined): readonly string[] {
  const given = new Set<string>(items.map(({ object }) => object.kind));
  const open: string[] = [];
  const faults: Diagnostic[] = [];
  for (const diagnostic of foreseen?.diagnostics ?? []) {
    const [, kind = "", name = ""] = /^there is no (\w+) (\S+)/.exec(diagnostic.message) ?? [];
    const isOpen = diagnostic.code === "NW1301" && mayBeElsewhere.some((each) => each === kind) && !given.has(kind);
    if (isOpen) open.push(`${kind.toLowerCase()}/${name}`);
    else faults.push(diagnostic);
  }
  if (faults.length > 0) throw NetwrightError.of(faults);
  return open;
}

function withClauses(report: ProofReport, more: ProofReport["clauses"]): ProofReport {
  const steps = more.reduce((sum, clause) => sum + clause.steps, report.steps);
  const used = new Set(more.flatMap(({ assumptions }) => assumptions));
  const assumptions = [...report.assumptions, ...tableAssumptions.filter(({ key }) => used.has(key))];
  const byKey = new Map(assumptions.map((assumption) => [assumption.key, assumption]));
  return { clauses: [...report.clauses, ...more], assumptions: [...byKey.values()], steps };
}
