/** Clauses in words. */
import { defaultProject, type Clause, type EndSelector, type TierSelector } from "@netwright/api";

export function statementOf(clause: Clause): string {
  const [from, to] = [printAll(clause.from), printAll(clause.to)];
  const at = printTraffic(clause);
  switch (clause.form) {
    case "CanReach": {
      const through = clause.through.length === 0 ? "" : ` through ${clause.through.map(printTier).join(", then ")}`;
      return `${from} can reach ${to}${through}${at}${clause.despiteHostLoss ? ", despite the loss of any one host" : ""}`;
    }
    case "CannotReach":
      return `${from} cannot reach ${to}${at}`;
    case "OnlyThrough":
      return `${from} reaches ${to} only through ${clause.through.map(printTier).join(", then ")}${at}`;
    case "OnlyFrom":
      return `only ${from} reaches ${to}${at}`;
  }
}

const printAll = (selectors: readonly EndSelector[]): string => selectors.map(printSelector).join(" or ");

export function printSelector(selector: EndSelector): string {
  if (typeof selector === "string") return selector;
  return "cidr" in selector ? selector.cidr : printTier(selector);
}

function printTier({ project, network, service, tier, labels }: TierSelector): string {
  const names = [project === defaultProject ? undefined : project, service, tier].filter((each) => each !== undefined);
  const words = [
    ...(names.length === 0 ? [] : [names.join("/")]),
    ...(network === undefined ? [] : [`network ${network}`]),
    ...Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`),
  ];
  return words.join(" ");
}

function printTraffic({ protocols, ports, form }: Clause): string {
  const all = protocols.length === 3;
  const usual = all || (form === "CanReach" && protocols.length === 1 && protocols[0] === "tcp");
  const names = protocols.map((each) => each.toUpperCase()).join(", ");
  const list = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
  if (ports.length === 0) return usual ? "" : ` over ${names}`;
  return ` at ${all ? "" : `${names} `}port${list.includes(",") || list.includes("-") ? "s" : ""} ${list}`;
}
