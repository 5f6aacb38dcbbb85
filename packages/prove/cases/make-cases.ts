/** Tests made from clauses, whether they were proved or not. The same input makes the same cases. Pure. */
import type { ContractOf, Service } from "@netwright/api";
import type { Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { buildFabric, type Fabric } from "@netwright/model";
import { siteOf, type Site } from "../classes/site.ts";
import { Context, Stage } from "../clauses/context.ts";
import { clauseId } from "../clauses/prove-clause.ts";
import type { View } from "../clauses/view.ts";
import type { CaseTarget, TestCase } from "./case.ts";
import { connectionsOf, keyOf, type Connection } from "./connections.ts";
import { impliedRegions } from "./implied-regions.ts";
import { membersIn } from "./members.ts";
import type { Outside } from "./outside-region.ts";
import { predict, type Place } from "./predict.ts";
import { showsAlso } from "./shows-also.ts";
import { writtenRegions } from "./written-regions.ts";

export interface CasesInput {
  readonly states: readonly HostState[];
  readonly services: readonly Service[];
  readonly contracts: readonly ContractOf[];
  readonly outside: Outside;
  /** So many at most: each region has its share. */
  readonly most: number;
  /** Only of clauses that this holds of; all where left out. */
  readonly isWanted?: (clause: string) => boolean;
}

export interface Cases {
  readonly cases: readonly TestCase[];
  /** More that there are, above the most. */
  readonly left: readonly TestCase[];
  /** What of clauses cannot be tried, and why. */
  readonly omitted: ReadonlyMap<string, readonly string[]>;
}

export function makeCases(input: CasesInput): Cases {
  const { states, services, contracts, outside, most, isWanted = () => true } = input;
  const site = siteOf(states);
  const view = new Context(new Stage(site, services), Infinity).after();
  const fabric = buildFabric(states, outside.answered);
  const { wanted, omitted } = wantedOf(view, fabric, contracts, outside);
  const found = new Map<string, TestCase>();
  for (const { clause, connection } of wanted) {
    const key = keyOf(connection);
    const known = found.get(key) ?? caseOf(site, fabric, connection, outside.client);
    found.set(key, { ...known, clauses: [...new Set([...known.clauses, clause])] });
  }
  const cases = [...found.values()].flatMap((each) => {
    const clauses = each.clauses.filter(isWanted);
    return clauses.length === 0 ? [] : [{ ...each, clauses }];
  });
  return { cases: cases.slice(0, most), left: cases.slice(most), omitted };
}

interface Wanted {
  readonly clause: string;
  readonly connection: Connection;
}

/** Every region has a turn before any has another. */
function wantedOf(
  view: View,
  fabric: Fabric,
  contracts: readonly ContractOf[],
  outside: Outside,
): { readonly wanted: Iterable<Wanted>; readonly omitted: ReadonlyMap<string, readonly string[]> } {
  const regions = [
    ...contracts.flatMap((contract) =>
      contract.clauses.flatMap((clause) => [...writtenRegions(view, clauseId(contract, clause), clause, outside)]),
    ),
    ...impliedRegions(view, outside),
  ];
  const membersAt = membersIn(fabric, outside.client);
  const omitted = new Map<string, readonly string[]>();
  const lists = regions.map((region) => {
    const { clause } = region;
    const tried = connectionsOf(view, region, membersAt);
    const known = omitted.get(clause) ?? [];
    if (tried.omitted.length > 0) omitted.set(clause, [...new Set([...known, ...tried.omitted])]);
    return tried.connections.map((connection): Wanted => ({ clause, connection }));
  });
  return { wanted: interleaved(lists), omitted };
}

function caseOf(site: Site, fabric: Fabric, connection: Connection, client: Ipv6 | undefined): TestCase {
  const { side, from, to, probe } = connection;
  const predicted = predict(site, fabric, connection, client);
  const made: TestCase = {
    clauses: [],
    side,
    from: from === undefined ? "internet" : { ...idOf(from), host: from.local.node },
    to: to.name,
    target: targetOf(connection, client),
    probe,
    predicted,
  };
  return { ...made, clauses: showsAlso(connection, predicted) };
}

const idOf = ({ local, workload }: Place): { readonly project: string; readonly instance: string } => ({
  project: local.state.project,
  instance: workload.id,
});

function targetOf({ from, to: { place }, probe, member }: Connection, client: Ipv6 | undefined): CaseTarget | null {
  const source = from === undefined ? (client ?? null) : from.workload.address;
  if (place !== undefined) return { ...idOf(place), port: probe.port, source };
  return member === undefined
    ? null
    : { project: member.project, instance: member.instance, port: member.port, source };
}

function* interleaved<T>(lists: readonly (readonly T[])[]): Generator<T> {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let at = 0; at < longest; at++) for (const list of lists) if (at < list.length) yield list[at] as T;
}
