/** The contract of an object in one form, with everything filled in that its place implies. */
import { objectName } from "../index.ts";
import type { AnyObject } from "../index.ts";
import type { FieldPath } from "../kind.ts";
import { defaultProject } from "../metadata.ts";
import { rangePattern, type ClauseInput, type ContractBlock } from "./block.ts";
import type { Clause, ContractOf, EndSelector, PortInterval, TierSelector } from "./clause.ts";
import { formOf } from "./forms.ts";
import { isCidr, isSelectorWord, type SelectorInput, type TierSelectorInput } from "./selector.ts";
import { selectorsOf, writtenClauses, type WrittenClause } from "./validate.ts";

/** Undefined: it has none. Invariant: the object is valid. */
export function readContract(object: AnyObject): ContractOf | undefined {
  const found = blockOf(object);
  if (found === undefined) return undefined;
  const { block, path } = found;
  const fill = fillerOf(object);
  return {
    object: objectName(object),
    clauses: writtenClauses(block, path).map((written) => readClause(written, fill)),
    justified: (block.justified ?? []).map(({ clause, reason }, index) => ({
      clause,
      reason,
      path: [...path, "justified", index],
    })),
  };
}

export interface ReadSelector {
  /** With everything that its place implies. */
  readonly selector: TierSelector;
  /** Of the plain word, or of the object. */
  readonly path: FieldPath;
  /** The fields that are written. */
  readonly fields: readonly string[];
}

/** What a contract says of tiers, with the places; of an object without one nothing. Invariant: the object is valid. */
export function readSelectors(object: AnyObject): readonly ReadSelector[] {
  const found = blockOf(object);
  if (found === undefined) return [];
  const fill = fillerOf(object);
  return writtenClauses(found.block, found.path)
    .flatMap(({ clause, path }) => selectorsOf(clause, path))
    .flatMap(({ selector, path, isWaypoint }) => {
      if (typeof selector !== "string") return [{ selector: fill(selector), path, fields: Object.keys(selector) }];
      const isTier = isWaypoint || !(isSelectorWord(selector) || isCidr(selector));
      return isTier ? [{ selector: fill({ tier: selector }), path, fields: [] }] : [];
    });
}

function blockOf(object: AnyObject): { readonly block: ContractBlock; readonly path: FieldPath } | undefined {
  if (object.kind === "Contract") return { block: object.spec, path: ["spec"] };
  if (object.kind !== "Service" && object.kind !== "Network") return undefined;
  const block = object.spec.contract;
  return block === undefined ? undefined : { block, path: ["spec", "contract"] };
}

type Filler = (selector: TierSelectorInput) => TierSelector;

/** What a selector means where it stands: note 0027. */
function fillerOf(object: AnyObject): Filler {
  const { name, project = defaultProject } = object.metadata as { readonly name: string; readonly project?: string };
  if (object.kind === "Service") {
    return (selector) => {
      const isOwn = Object.keys(selector).every((key) => key === "tier");
      return { project, ...(isOwn ? { service: name } : {}), ...selector };
    };
  }
  if (object.kind === "Network") return (selector) => ({ project, network: name, ...selector });
  return (selector) => {
    const { service, network, tier } = selector;
    return (service ?? network ?? tier) === undefined ? selector : { project: defaultProject, ...selector };
  };
}

function readClause({ clause, name, list, path }: WrittenClause, fill: Filler): Clause {
  const form = formOf(clause) as Clause["form"];
  const ends = (written: ClauseInput["from"]): readonly EndSelector[] =>
    [written ?? []].flat().map((each) => endOf(each, fill));
  const through = (clause.through ?? clause.onlyThrough ?? []).map((each) =>
    fill(typeof each === "string" ? { tier: each } : each),
  );
  const base = {
    name,
    kind: list === "ensures" ? ("Ensures" as const) : ("Invariant" as const),
    path,
    from: ends(clause.from ?? clause.onlyFrom),
    to: ends(clause.canReach ?? clause.cannotReach ?? clause.reaches),
    protocols: protocolsOf(clause),
    ports: intervalsOf(clause.ports ?? []),
    ...(clause.monitor === undefined ? {} : { monitor: { everyMs: clause.monitor.every } }),
  };
  if (form === "CanReach") return { ...base, form, through, despiteHostLoss: clause.despite === "host-loss" };
  return form === "OnlyThrough" ? { ...base, form, through } : { ...base, form };
}

function endOf(written: SelectorInput, fill: Filler): EndSelector {
  if (typeof written !== "string") return fill(written);
  if (isSelectorWord(written)) return written;
  return isCidr(written) ? { cidr: written } : fill({ tier: written });
}

/** ICMP has no ports and nothing listens to it, so it is meant only where it is written or where nothing is. */
function protocolsOf({ protocol, canReach, ports }: ClauseInput): Clause["protocols"] {
  const wanted = protocol ?? (canReach === undefined ? "any" : "TCP");
  if (wanted !== "any") return [({ TCP: "tcp", UDP: "udp", ICMP: "icmp" } as const)[wanted]];
  return canReach === undefined && ports === undefined ? ["tcp", "udp", "icmp"] : ["tcp", "udp"];
}

function intervalsOf(ports: readonly (string | number)[]): readonly PortInterval[] {
  const intervals = ports.map((port) => {
    const [, first, last] = (rangePattern.exec(String(port)) ?? []).map(Number);
    return { first: first ?? Number(port), last: last ?? Number(port) };
  });
  const joined: PortInterval[] = [];
  for (const next of intervals.toSorted((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before === undefined || next.first > before.last + 1) joined.push(next);
    else joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, next.last) };
  }
  return joined;
}
