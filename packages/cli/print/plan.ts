/** A plan for people: objects, addresses, places, what each node gains and loses, which flows open and close. Pure. */
import type { FlowChange, NodeChange, ObjectChange, Plan, PlanContracts } from "@netwright/api";
import { packetText } from "./packet.ts";
import { renderClause } from "./proof.ts";
import { renderTable } from "./table.ts";

const verbs: Readonly<Record<ObjectChange["change"], string>> = {
  Create: "create",
  Update: "update",
  Delete: "delete",
  Unchanged: "unchanged",
};

/** True when applying it would change nothing anywhere. */
export const isEmptyPlan = ({ objects }: Plan): boolean => objects.every(({ change }) => change === "Unchanged");

export function renderPlan(plan: Plan): string {
  return [
    section(
      "objects",
      plan.objects.map(({ object, change, fields }) => [object, verbs[change], fields.join(", ")]),
    ),
    section(
      "addresses",
      plan.addresses.map(({ object, address, pool }) => [object, address, `from pool ${pool}`]),
    ),
    section(
      "places",
      plan.placements.map(({ instance, host, reason }) => [instance, host, reason]),
    ),
    section(
      "replaced",
      plan.replaced.map(({ instance, by }) => [instance, `by ${by}, which is ready before it drains`]),
    ),
    section("flows", plan.flows.map(flowRow)),
    renderContracts(plan),
    ...plan.nodes.map(renderNode),
    `${summaryOf(plan)}\n`,
  ]
    .filter((text) => text !== "")
    .join("\n");
}

/** One line: how much the plan does. */
export function summaryOf(plan: Plan): string {
  const count = (wanted: ObjectChange["change"]): number =>
    plan.objects.filter(({ change }) => change === wanted).length;
  const opened = plan.flows.filter(({ change }) => change === "Opened").length;
  const parts = [
    `${count("Create")} to create, ${count("Update")} to update, ${count("Delete")} to delete, ${count("Unchanged")} unchanged`,
    `${plan.nodes.length} ${plan.nodes.length === 1 ? "node changes" : "nodes change"}`,
    `${opened} ${opened === 1 ? "flow" : "flows"} opened, ${plan.flows.length - opened} closed`,
    ...(plan.contracts === undefined ? [] : [clauseCounts(plan.contracts)]),
  ];
  return parts.join("; ");
}

/** Only figures that are not zero, but how many are proved in any case. */
function clauseCounts({ proved, justified, notProved, refuted }: PlanContracts): string {
  const rest = [
    [justified, "justified"],
    [notProved, "not proved"],
    [refuted, "refuted"],
  ] as const;
  const told = rest.flatMap(([count, word]) => (count === 0 ? [] : [`, ${count} ${word}`]));
  return `${proved} ${proved === 1 ? "clause" : "clauses"} proved${told.join("")}`;
}

/** What the change does to contracts and may; clauses that it must not break are told as the error that it ends in. */
function renderContracts({ contracts }: Plan): string {
  const { accepted = [], unproved = [] } = contracts ?? {};
  const lines = [...accepted, ...unproved].map((clause) => indent(renderClause(clause, false)));
  return lines.length === 0 ? "" : `contracts\n${lines.join("")}`;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const width = rows[0]?.length ?? 0;
  return `${title}\n${indent(renderTable(Array<string>(width).fill(""), rows, false))}`;
}

function flowRow({ change, from, to, protocol, port, example }: FlowChange): readonly string[] {
  return [
    change === "Opened" ? "+" : "-",
    `${from} -> ${to}`,
    `${protocol}/${port}`,
    `for example ${packetText(example)}`,
  ];
}

function renderNode({ node, role, lines }: NodeChange): string {
  return `${role.toLowerCase()} ${node}\n${lines.map(({ change, text }) => `  ${change} ${text}\n`).join("")}`;
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");
