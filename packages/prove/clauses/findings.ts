/** Clauses that are wrong whatever is applied: they select nothing, they can never hold, or always do. */
import { formatPath, nearest, type Clause, type ContractOf, type EndSelector, type TierSelector } from "@netwright/api";
import { prefixesOverlap, type Diagnostic, type IpPrefix, type Ipv6Prefix } from "@netwright/base";
import { serviceKey } from "../classes/ends.ts";
import { contradictions } from "./contradictions.ts";
import type { Context, Stage } from "./context.ts";
import { endsOf, needsOf } from "./needs.ts";
import { isEmpty, select } from "./select.ts";
import { printSelector } from "./statement.ts";

interface Place {
  readonly contract: ContractOf;
  readonly clause: Clause;
}

/** @param context whose budget is enough to go through all of them */
export function findingsOf(context: Context, contracts: readonly ContractOf[]): readonly Diagnostic[] {
  const wrong = contracts.flatMap((contract) =>
    contract.clauses.flatMap((clause) => clauseFindings(context, { contract, clause })),
  );
  return [...wrong, ...contradictions(context, contracts)];
}

export function diagnosticOf(
  code: Diagnostic["code"],
  { contract, clause }: Place,
  message: string,
  hint?: string,
): Diagnostic {
  const field = formatPath(clause.path);
  return { code, message, subject: contract.object, field, ...(hint === undefined ? {} : { hint }) };
}

function clauseFindings(context: Context, place: Place): readonly Diagnostic[] {
  const { clause } = place;
  const selectors = [...clause.from, ...clause.to, ...("through" in clause ? clause.through : [])];
  const found = selectors.flatMap((selector) => selectorFinding(context, place, selector) ?? []);
  if (found.length > 0) return found;
  const never = neverHolds(context, clause);
  return never === undefined ? [] : [diagnosticOf("NW1311", place, never.message, never.hint)];
}

function selectorFinding(context: Context, place: Place, selector: EndSelector): Diagnostic | undefined {
  if (typeof selector === "string") return undefined;
  if ("cidr" in selector) return cidrFinding(context.stage, place, selector.cidr);
  const view = context.after();
  const selection = select(view, [selector]);
  const waypoints: readonly TierSelector[] = "through" in place.clause ? place.clause.through : [];
  if (selection.tiers.size === 0 && selection.balancers.size > 0 && !waypoints.includes(selector)) {
    const hint = "name the service for its public address, or the tier behind it";
    return diagnosticOf(
      "NW1311",
      place,
      `${printSelector(selector)} is a load balancer, which has no address of its own`,
      hint,
    );
  }
  return isEmpty(selection) ? unknownName(context.stage, place, selector) : undefined;
}

/** What is misspelled, where something is. */
function unknownName({ catalogue }: Stage, place: Place, selector: TierSelector): Diagnostic {
  const { project, network, service, tier } = selector;
  const unknown = (what: string, name: string, known: readonly string[]): Diagnostic => {
    const near = nearest(name, known);
    return diagnosticOf(
      "NW1301",
      place,
      `there is no ${what} ${name}`,
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  };
  const inProject = catalogue.all().filter((end) => project === undefined || end.project === project);
  const names = (of: "service" | "network" | "project"): readonly string[] => [
    ...new Set(inProject.map((end) => end[of])),
  ];
  if (project !== undefined && inProject.length === 0)
    return unknown("service in project", project, [...new Set(catalogue.all().map((end) => end.project))]);
  if (service !== undefined && !names("service").includes(service))
    return unknown("service", service, names("service"));
  if (network !== undefined && !names("network").includes(network))
    return unknown("service in network", network, names("network"));
  const own = inProject.filter((end) => service === undefined || serviceKey(end) === serviceKey({ ...end, service }));
  const tiers = [...new Set(own.map((end) => end.tier))];
  if (tier !== undefined && !tiers.includes(tier))
    return unknown(
      "tier",
      service === undefined ? tier : `${service}/${tier}`,
      service === undefined ? tiers : tiers.map((each) => `${service}/${each}`),
    );
  return diagnosticOf(
    "NW1311",
    place,
    `${printSelector(selector)} selects nothing, so that the clause would say nothing`,
  );
}

function cidrFinding({ after }: Stage, place: Place, cidr: IpPrefix): Diagnostic | undefined {
  if (!cidr.includes(":"))
    return diagnosticOf("NW1311", place, `${cidr} selects nothing: there is no path for IPv4`, "write an IPv6 prefix");
  const prefix = cidr as IpPrefix & Ipv6Prefix;
  const network = [...after.networks.values()].find(({ prefixes }) =>
    prefixes.some((each) => prefixesOverlap(each, prefix)),
  );
  if (network === undefined) return undefined;
  const hint = "name the network, or a service or tier in it";
  return diagnosticOf("NW1311", place, `${cidr} is not outside: network ${network.name} has addresses of it`, hint);
}

function neverHolds(
  context: Context,
  clause: Clause,
): { readonly message: string; readonly hint?: string } | undefined {
  const view = context.after();
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  if (clause.form === "CanReach") {
    if (clause.protocols.includes("icmp"))
      return {
        message: "it can never hold: no rule lets ICMP be sent, only errors about connections pass",
        hint: "write protocol: TCP or UDP",
      };
    if ((to.internet || to.cidrs.length > 0) && clause.ports.length === 0)
      return { message: "it can never hold: no rule leads out at all ports", hint: "write ports, for example [443]" };
    const [first] = needsOf(view, clause, endsOf(from), to);
    if (first === undefined && clause.through.length === 0)
      return { message: "it says nothing: nobody is another than whom it is to reach" };
  }
  const outside = from.tiers.size === 0 && to.tiers.size === 0;
  if (outside && clause.form !== "OnlyFrom") return { message: "it says nothing: both ends are outside" };
  return undefined;
}
