/** From files to jobs: parameters, matrices, includes, suites, networks; every complaint with its place. */
import { posix } from "node:path";
import type { AnyObject, FieldPath, Finding, Scenario, ScenarioTopology, Suite } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { decodeWritten } from "@netwright/api/kinds/decode.ts";
import { diagnosticOf } from "@netwright/api/load/diagnostic-of.ts";
import { locate } from "@netwright/api/load/locate.ts";
import { parseDocuments, type ParsedDocument } from "@netwright/api/load/parse-documents.ts";
import { expandIncludes, placesOf, type Raw, type ReadText } from "./includes.ts";
import type { Job, Network, Placed, ScenarioRun } from "./job.ts";
import { nodeValues, planNetwork, type NetworkSources } from "./network.ts";
import { referenceFindings } from "./references.ts";
import { combinations, runName, substitute, type Value, type Values } from "./values.ts";

export interface LoadSources extends NetworkSources {
  readonly read: ReadText;
}

export interface LoadOptions {
  /** In place of parameters and of whole rows of a matrix. */
  readonly set: Values;
  readonly seed: number;
}

export interface Loaded {
  readonly jobs: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
}

const lists = ["setup", "steps", "teardown"] as const;

/** Jobs of all these files, in their order. Never throws for what a user wrote. */
export async function loadScenarios(
  files: readonly string[],
  sources: LoadSources,
  options: LoadOptions,
): Promise<Loaded> {
  const jobs: Job[] = [];
  const diagnostics: Diagnostic[] = [];
  const keep = (loaded: Loaded): void => {
    jobs.push(...loaded.jobs);
    diagnostics.push(...loaded.diagnostics);
  };
  for (const file of files) {
    const { documents, diagnostics: own } = await documentsOf(file, sources);
    diagnostics.push(...own);
    for (const document of documents) {
      const { kind } = (document.value ?? {}) as { readonly kind?: unknown };
      if (kind === "Scenario") keep(await loadScenario(document, sources, options));
      else if (kind === "Suite") keep(await loadSuite(document, sources, options));
      else if (kind !== "Lab") keep(stranger(document));
    }
  }
  return { jobs, diagnostics: [...diagnostics, ...(diagnostics.length > 0 ? [] : doubles(jobs))] };
}

const none = (diagnostics: readonly Diagnostic[]): Loaded => ({ jobs: [], diagnostics });

async function documentsOf(
  file: string,
  { read }: LoadSources,
): Promise<{ readonly documents: readonly ParsedDocument[]; readonly diagnostics: readonly Diagnostic[] }> {
  const found = await read(file);
  if ("text" in found) return parseDocuments(found.text, file);
  return { documents: [], diagnostics: [{ code: "NW1101", message: `${file}: ${found.problem}` }] };
}

function stranger({ tree, value }: ParsedDocument): Loaded {
  const { kind } = (value ?? {}) as { readonly kind?: unknown };
  const named = typeof kind === "string" ? JSON.stringify(kind.slice(0, 80)) : "what stands here";
  return none([
    {
      code: "NW1104",
      message: `${named} cannot be tested`,
      source: locate(tree, ["kind"]),
      hint: "netwright test takes the kinds Scenario and Suite; netwright apply takes the others",
    },
  ]);
}

async function loadScenario(document: ParsedDocument, sources: LoadSources, options: LoadOptions): Promise<Loaded> {
  const results = [];
  for (const row of rowsOf(document, options.set)) results.push(await loadRow(document, row, sources, options));
  return {
    jobs: results.flatMap(({ jobs }) => jobs),
    // A defect stands in every row alike.
    diagnostics: uniqueDiagnostics(results.flatMap(({ diagnostics }) => diagnostics)),
  };
}

async function loadRow(
  document: ParsedDocument,
  row: Values,
  sources: LoadSources,
  options: LoadOptions,
): Promise<Loaded> {
  const read = await readObject(document, row, sources, options, undefined);
  if ("diagnostics" in read) return none(read.diagnostics);
  const { object, network, placed } = read;
  if (object.kind !== "Scenario") return none([]);
  const scenario = scenarioRun(object, row, placed);
  const found = referenceFindings({ spec: object.spec, network, before: [] });
  if (found.length > 0) return none(found.map((each) => complaintAt(each, object, placed)));
  return { jobs: [{ name: scenario.id, network, shared: undefined, scenarios: [scenario] }], diagnostics: [] };
}

async function loadSuite(document: ParsedDocument, sources: LoadSources, options: LoadOptions): Promise<Loaded> {
  const read = await readObject(document, {}, sources, options, undefined);
  if ("diagnostics" in read) return none(read.diagnostics);
  const { object: suite, network, placed } = read;
  if (suite.kind !== "Suite") return none([]);
  const found = referenceFindings({ spec: { ...suite.spec, steps: [] }, network, before: [] });
  const diagnostics = found.map((each) => complaintAt(each, suite, placed));
  const scenarios: ScenarioRun[] = [];
  const inherited = { ...options, set: { ...suite.spec.parameters, ...options.set } };
  for (const [index, name] of suite.spec.scenarios.entries()) {
    const member = await loadMember(posix.join(posix.dirname(placed.file), name), suite, network, sources, inherited);
    if (member === undefined) {
      const hint = "name a file with one Scenario, relative to the suite's";
      const finding = {
        code: "NW1301",
        path: ["spec", "scenarios", index],
        message: `${name} holds no Scenario`,
        hint,
      } as const;
      diagnostics.push(complaintAt(finding, suite, placed));
    } else if ("diagnostics" in member) diagnostics.push(...member.diagnostics);
    else scenarios.push(...member.scenarios.map((run) => ({ ...run, id: `${suite.metadata.name}/${run.id}` })));
  }
  if (diagnostics.length > 0) return none(uniqueDiagnostics(diagnostics));
  return {
    jobs: [{ name: suite.metadata.name, network, shared: { ...placed, spec: suite.spec }, scenarios }],
    diagnostics: [],
  };
}

type Member = { readonly scenarios: readonly ScenarioRun[] } | { readonly diagnostics: readonly Diagnostic[] };

async function loadMember(
  file: string,
  suite: Suite,
  network: Network,
  sources: LoadSources,
  options: LoadOptions,
): Promise<Member | undefined> {
  const { documents, diagnostics } = await documentsOf(file, sources);
  if (diagnostics.length > 0) return { diagnostics };
  const [document, ...more] = documents.filter(
    ({ value }) => (value as { kind?: unknown } | null)?.kind === "Scenario",
  );
  if (document === undefined || more.length > 0) return undefined;
  const scenarios: ScenarioRun[] = [];
  for (const row of rowsOf(document, options.set)) {
    const read = await readObject(document, row, sources, options, network);
    if ("diagnostics" in read) return read;
    const { object, placed } = read;
    if (object.kind !== "Scenario") return undefined;
    if (object.spec.topology !== undefined) {
      const hint = `take it away, or run the scenario outside of suite ${suite.metadata.name}`;
      const finding = {
        code: "NW1205",
        path: ["spec", "topology"],
        message: "stands in a scenario of a suite",
        hint,
      } as const;
      return { diagnostics: [complaintAt(finding, object, placed)] };
    }
    const found = referenceFindings({ spec: object.spec, network, before: suite.spec.setup });
    if (found.length > 0) return { diagnostics: found.map((each) => complaintAt(each, object, placed)) };
    scenarios.push(scenarioRun(object, row, placed));
  }
  return { scenarios };
}

const scenarioRun = (object: Scenario, row: Values, placed: Placed): ScenarioRun => ({
  ...placed,
  id: runName(object.metadata.name, row),
  scenario: object.metadata.name,
  values: row,
  spec: object.spec,
});

type ReadObject =
  | { readonly object: AnyObject; readonly network: Network; readonly placed: Placed }
  | { readonly diagnostics: readonly Diagnostic[] };

/** @param given the network of its suite; without it, the object's own. */
async function readObject(
  document: ParsedDocument,
  row: Values,
  sources: LoadSources,
  { set, seed }: LoadOptions,
  given: Network | undefined,
): Promise<ReadObject> {
  const { tree } = document;
  const own = rawParameters(document);
  const values: Values = { ...own, ...set, ...row, seed };
  const first = substitute(document.value, values, "node.");
  if (first.findings.length > 0)
    return {
      diagnostics: first.findings.map((each) => diagnosticOf(each, undefined, locate(tree, each.path, each.onKey))),
    };
  const spec = specOf(first.value);
  const parts: Record<string, readonly Raw[]> = {};
  const problems: Diagnostic[] = [];
  for (const list of lists) {
    if (!Array.isArray(spec[list])) continue;
    const raw: Raw = { value: spec[list], tree, path: ["spec", list] };
    const { steps, diagnostics } = await expandIncludes(raw, values, sources.read, [tree.file]);
    parts[list] = steps;
    problems.push(...diagnostics);
  }
  if (problems.length > 0) return { diagnostics: problems };
  const placed: Placed = { file: tree.file, locate: placesOf(tree, parts) };
  const whole = withSteps(first.value, parts);
  const draft = decodeWritten(whole);
  const subject = subjectOf(whole);
  const place = (finding: Finding): Diagnostic =>
    diagnosticOf(finding, subject, placed.locate(finding.path, finding.onKey));
  if (!draft.ok) return { diagnostics: draft.findings.map(place) };
  const topology = topologyOf(draft.object);
  if (topology === undefined && given === undefined) {
    const hint = "write spec.topology, or name the scenario in a suite that has one";
    return { diagnostics: [place({ code: "NW1202", path: ["spec"], message: "has no topology", hint })] };
  }
  const planned =
    given !== undefined || topology === undefined
      ? { ok: true as const, network: given as Network }
      : await planNetwork(topology, draft.object.metadata.name, tree.file, sources);
  if (!planned.ok) return { diagnostics: [...planned.findings.map(place), ...planned.diagnostics] };
  const last = substitute(whole, nodeValues(planned.network.topology));
  if (last.findings.length > 0) return { diagnostics: last.findings.map(place) };
  const decoded = decodeWritten(last.value);
  if (!decoded.ok) return { diagnostics: decoded.findings.map(place) };
  return { object: decoded.object, network: planned.network, placed };
}

const topologyOf = (object: AnyObject): ScenarioTopology | undefined =>
  object.kind === "Scenario" || object.kind === "Suite" ? object.spec.topology : undefined;

const specOf = (value: unknown): Readonly<Record<string, unknown>> =>
  ((value as { readonly spec?: unknown } | null)?.spec ?? {}) as Readonly<Record<string, unknown>>;

const withSteps = (value: unknown, parts: Readonly<Record<string, readonly Raw[]>>): unknown => ({
  ...(value as object),
  spec: {
    ...specOf(value),
    ...Object.fromEntries(Object.entries(parts).map(([list, raws]) => [list, raws.map((raw) => raw.value)])),
  },
});

/** Parameters before anything was judged; what is wrong with them the schema says later. */
function rawParameters({ value }: ParsedDocument): Values {
  const { parameters } = specOf(value);
  if (typeof parameters !== "object" || parameters === null) return {};
  return Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, Value] => isValue(entry[1])));
}

const isValue = (value: unknown): value is Value => ["string", "number", "boolean"].includes(typeof value);

function rowsOf({ value }: ParsedDocument, set: Values): readonly Values[] {
  const { matrix } = specOf(value);
  if (typeof matrix !== "object" || matrix === null) return [{}];
  const columns = Object.entries(matrix).filter(
    (entry): entry is [string, Value[]] => Array.isArray(entry[1]) && entry[1].length > 0 && entry[1].every(isValue),
  );
  return combinations(
    Object.fromEntries(columns.map(([name, all]) => [name, name in set ? [set[name] as Value] : all])),
  );
}

function subjectOf(value: unknown): string | undefined {
  const { kind, metadata } = value as { readonly kind?: unknown; readonly metadata?: { readonly name?: unknown } };
  return typeof kind === "string" && typeof metadata?.name === "string"
    ? `${kind.toLowerCase()}/${metadata.name}`
    : undefined;
}

const complaintAt = (finding: Finding, object: AnyObject, placed: Placed): Diagnostic =>
  diagnosticOf(finding, subjectOf(object), placed.locate(finding.path, finding.onKey));

const uniqueDiagnostics = (all: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(all.map((each) => [JSON.stringify(each), each])).values(),
];

function doubles(jobs: readonly Job[]): readonly Diagnostic[] {
  const all = jobs.flatMap(({ name, scenarios }) =>
    scenarios.map((scenario) => ({ key: `${name} ${scenario.id}`, scenario })),
  );
  return all.flatMap(({ key, scenario }, index): readonly Diagnostic[] => {
    const earlier = all.findIndex((other) => other.key === key);
    if (earlier === index) return [];
    const path: FieldPath = ["metadata", "name"];
    const message = `${scenario.id} is the name of a scenario in ${all[earlier]?.scenario.file} too`;
    return [{ code: "NW1106", message, source: scenario.locate(path), hint: "give each scenario a name of its own" }];
  });
}
