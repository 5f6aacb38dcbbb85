/** Rules across fields of one `contract` block. */
import { earlierWith, finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import { nearest } from "../near-miss.ts";
import { rangePattern, type ClauseInput, type ContractBlock } from "./block.ts";
import { formFindings } from "./forms.ts";
import type { Contract } from "./schema.ts";
import { isCidr, isSelectorWord, type SelectorInput, type TierSelectorInput } from "./selector.ts";

export const validateContract = ({ spec }: Contract): readonly Finding[] =>
  blockFindings(spec, ["spec"], { kind: "Contract" });

/** A clause as written, with its place and the name that it goes by. */
export interface WrittenClause {
  readonly list: "ensures" | "invariants";
  readonly clause: ClauseInput;
  readonly name: string;
  readonly path: FieldPath;
}

/** @param path of the block. */
export const writtenClauses = (block: ContractBlock, path: FieldPath): readonly WrittenClause[] =>
  (["ensures", "invariants"] as const).flatMap((list) =>
    (block[list] ?? []).map((clause, index) => ({
      list,
      clause,
      name: clause.name ?? `${list}[${index}]`,
      path: [...path, list, index],
    })),
  );

/** @param place the object that it stands in */
export function blockFindings(block: ContractBlock, path: FieldPath, place: Place): readonly Finding[] {
  const clauses = writtenClauses(block, path);
  if (clauses.length === 0)
    return [finding("NW1202", path, "has neither ensures nor invariants", "say what must hold, or leave it out")];
  return [
    ...clauses.flatMap((each) => [
      ...formFindings(each.clause, each.path),
      ...selectorFindings(each.clause, each.path, place),
      ...waypointFindings(each.clause, each.path),
      ...portFindings(each.clause, each.path),
    ]),
    ...nameFindings(clauses),
    ...justificationFindings(block, clauses, path),
  ];
}

const ends = ["from", "onlyFrom", "canReach", "cannotReach", "reaches"] as const;
const ways = ["through", "onlyThrough"] as const;

/** Plain words are tiers in a Service only, and other projects are spoken of in a Contract only. */
type Place = { readonly kind: "Service" | "Network"; readonly project: string } | { readonly kind: "Contract" };

export interface WrittenSelector {
  readonly selector: SelectorInput;
  readonly path: FieldPath;
  readonly isWaypoint: boolean;
}

/** All selectors of a clause, with their places. */
export function selectorsOf(clause: ClauseInput, path: FieldPath): readonly WrittenSelector[] {
  return [...ends, ...ways].flatMap((field) => {
    const written = clause[field] ?? [];
    const isWaypoint = field === "through" || field === "onlyThrough";
    if (!isList(written)) return [{ selector: written, path: [...path, field], isWaypoint }];
    return written.map((selector, index) => ({ selector, path: [...path, field, index], isWaypoint }));
  });
}

const isList = (written: SelectorInput | readonly SelectorInput[]): written is readonly SelectorInput[] =>
  Array.isArray(written);

const selectorFindings = (clause: ClauseInput, path: FieldPath, place: Place): readonly Finding[] =>
  selectorsOf(clause, path).flatMap(({ selector, path: at, isWaypoint }) => {
    if (typeof selector !== "string") return [...emptyFindings(selector, at), ...foreignFindings(selector, at, place)];
    if (isSelectorWord(selector) || isCidr(selector)) {
      const hint = "a way passes tiers: write one, or { service: NAME, tier: NAME }";
      return isWaypoint ? [finding("NW1203", at, `${selector} is no tier`, hint)] : [];
    }
    if (place.kind === "Service") return [];
    const hint = `for the tier of every service write { tier: ${selector} }, for one service's { service: NAME, tier: ${selector} }`;
    return [finding("NW1203", at, `${selector} alone is a tier, and a ${place.kind} has none of its own`, hint)];
  });

/** What another project has is no business of this one: not even whether there is such a service. */
function foreignFindings({ project }: TierSelectorInput, path: FieldPath, place: Place): readonly Finding[] {
  if (place.kind === "Contract" || project === undefined || project === place.project) return [];
  const hint = "leave it out; what concerns several projects stands in a Contract, which is the site's";
  return [finding("NW1205", [...path, "project"], `a ${place.kind} speaks of its own project alone`, hint)];
}

function emptyFindings(selector: TierSelectorInput, path: FieldPath): readonly Finding[] {
  const hint = "name a tier, service, network, project or labels; for everything write anything";
  if (Object.keys(selector).length === 0) return [finding("NW1203", path, "is empty", hint)];
  if (selector.labels === undefined || Object.keys(selector.labels).length > 0) return [];
  return [finding("NW1203", [...path, "labels"], "is empty", hint)];
}

function waypointFindings(clause: ClauseInput, path: FieldPath): readonly Finding[] {
  return ways.flatMap((field) => {
    const texts = (clause[field] ?? []).map(keyOf);
    return texts.flatMap((text, index) =>
      texts.indexOf(text) === index
        ? []
        : [finding("NW1205", [...path, field, index], "names the same tier as an entry before it", "name each once")],
    );
  });
}

/** Equal for selectors that are written with the same fields, in any order. */
const keyOf = (selector: SelectorInput): string =>
  typeof selector === "string" ? `tier ${selector}` : tierAlone(selector);

function tierAlone(selector: Exclude<SelectorInput, string>): string {
  const keys = Object.keys(selector);
  if (keys.length === 1 && selector.tier !== undefined) return `tier ${selector.tier}`;
  return JSON.stringify(Object.entries(selector).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function portFindings({ ports, protocol }: ClauseInput, path: FieldPath): readonly Finding[] {
  if (ports === undefined) return [];
  if (protocol === "ICMP")
    return [keyFinding("NW1205", [...path, "ports"], "does not go with protocol ICMP", "ICMP has no ports")];
  return ports.flatMap((port, index) => {
    const [, first = 0, last = 0] = (rangePattern.exec(String(port)) ?? []).map(Number);
    if (first <= last) return [];
    return [finding("NW1203", [...path, "ports", index], `${port} ends before it begins`, `write "${last}-${first}"`)];
  });
}

function nameFindings(clauses: readonly WrittenClause[]): readonly Finding[] {
  return clauses.flatMap(({ name, path }, index) => {
    const earlier = clauses[earlierWith(clauses, index, "name") ?? index];
    if (earlier === undefined || earlier === clauses[index]) return [];
    const message = `${name} is the name of ${earlier.path.slice(-2)[0]}[${earlier.path.at(-1)}] too`;
    return [finding("NW1205", [...path, "name"], message, "every clause of a contract has its own name")];
  });
}

function justificationFindings(
  { justified = [] }: ContractBlock,
  clauses: readonly WrittenClause[],
  path: FieldPath,
): readonly Finding[] {
  const names = [...new Set(clauses.map(({ name }) => name))];
  return justified.flatMap(({ clause, reason }, index): readonly Finding[] => {
    const at = [...path, "justified", index];
    const near = nearest(clause, names);
    const hint = `${near === undefined ? "" : `did you mean ${near}? `}clauses: ${names.join(", ")}`;
    const unknown = finding("NW1301", [...at, "clause"], `there is no clause ${JSON.stringify(clause)} here`, hint);
    const twice = finding("NW1205", [...at, "clause"], `${clause} is justified twice`, "keep one reason");
    const silent = finding("NW1203", [...at, "reason"], "is empty", "say why the risk is accepted, and by whom");
    return [
      ...(names.includes(clause) ? [] : [unknown]),
      ...(earlierWith(justified, index, "clause") === undefined ? [] : [twice]),
      ...(reason.trim() === "" ? [silent] : []),
    ];
  });
}
