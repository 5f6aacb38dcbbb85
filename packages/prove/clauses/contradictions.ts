/** Clauses that cannot hold together: one asks for a connection that another forbids. */
import { push } from "../classes/maps.ts";
import {
  formatPath,
  type CannotReach,
  type CanReach,
  type Clause,
  type ContractOf,
  type OnlyFrom,
  type OnlyThrough,
} from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { internetEnd, printEnd, serviceKey, type End } from "../classes/ends.ts";
import type { Context } from "./context.ts";
import { publicPorts, type Port } from "./declared-ports.ts";
import { isMeant } from "./match.ts";
import { isAt } from "./meet.ts";
import { endsOf, needsOf, type Need } from "./needs.ts";
import { includes, select, type Selection } from "./select.ts";
import type { View } from "./view.ts";

interface Forbidding {
  readonly contract: ContractOf;
  readonly clause: CannotReach | OnlyFrom | OnlyThrough;
  readonly from: Selection;
}

/** One at each of the two places. */
export function contradictions(context: Context, contracts: readonly ContractOf[]): readonly Diagnostic[] {
  const view = context.after();
  const clauses = contracts.flatMap((contract) =>
    contract.clauses
      .filter(({ name }) => !contract.justified.some(({ clause }) => clause === name))
      .map((clause) => ({ contract, clause })),
  );
  const forbidding = byTarget(view, clauses);
  return clauses.flatMap(({ contract, clause }) => {
    if (clause.form !== "CanReach" || clause.through.length > 0) return [];
    const found = contradicted(view, clause, forbidding);
    if (found === undefined) return [];
    const { other, from, to, at } = found;
    const what = `${printEnd(from)} to ${printEnd(to)} at ${at.protocol.toUpperCase()} port ${at.port}`;
    const say = (verb: string, one: ContractOf, here: Clause, two: ContractOf, there: Clause): Diagnostic => ({
      code: "NW1312",
      message: `it ${verb} ${what}, and ${two.object} ${formatPath(there.path)} says otherwise`,
      subject: one.object,
      field: formatPath(here.path),
      hint: "take one of the two clauses away, or narrow it",
    });
    return [
      say("asks for connections from", contract, clause, other.contract, other.clause),
      say("forbids connections from", other.contract, other.clause, contract, clause),
    ];
  });
}

function byTarget(
  view: View,
  clauses: readonly { readonly contract: ContractOf; readonly clause: Clause }[],
): ReadonlyMap<string, readonly Forbidding[]> {
  const found = new Map<string, Forbidding[]>();
  for (const { contract, clause } of clauses) {
    if (clause.form === "CanReach") continue;
    const from = select(view, clause.from);
    for (const end of endsOf(select(view, clause.to))) push(found, end.key, { contract, clause, from });
  }
  return found;
}

interface Contradiction {
  readonly other: Forbidding;
  readonly from: End;
  readonly to: End;
  readonly at: Port;
}

function contradicted(
  view: View,
  clause: CanReach,
  forbidding: ReadonlyMap<string, readonly Forbidding[]>,
): Contradiction | undefined {
  for (const need of needsOf(view, clause, endsOf(select(view, clause.from)), select(view, clause.to))) {
    if (need.kind === "Nothing") continue;
    for (const to of targetsOf(view, need)) {
      const other = forbidding.get(to.key)?.find((each) => forbids(view, each, need.from, need));
      if (other !== undefined) return { other, from: need.from, to, at: need.at };
    }
  }
  return undefined;
}

/** Who gets it, as manifests say. */
function targetsOf(view: View, need: Exclude<Need, { readonly kind: "Nothing" }>): readonly End[] {
  if (need.kind === "Inside") return [need.to];
  if (need.kind === "Outside") return [internetEnd];
  const service = view.service(serviceKey(need.service));
  if (service === undefined) return [];
  return [...need.to.values()].filter(({ tier }) => publicPorts(service, tier).some((port) => isAt(port, need.at)));
}

/** CIDRs of two clauses may have nothing in common, so that only the whole internet counts among addresses outside. */
function forbids(
  view: View,
  { clause, from }: Forbidding,
  sender: End,
  { at, kind }: { readonly at: Port; readonly kind: string },
): boolean {
  if (!isMeant(clause, at)) return false;
  if (kind === "Outside" && !clause.to.some((each) => each === "internet" || each === "anything")) return false;
  if (clause.form === "OnlyFrom")
    return !includes(from, sender) && !(sender.kind === "Internet" && from.cidrs.length > 0);
  const isFrom = sender.kind === "Internet" ? from.internet : includes(from, sender);
  if (clause.form === "CannotReach") return isFrom;
  return isFrom && clause.through.some((each) => select(view, [each]).tiers.size > 0);
}
