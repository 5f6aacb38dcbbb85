/** A plan for people: objects, addresses, places, what each node gains and loses, which flows open and close. Pure. */
import type { ExamplePacket, FlowChange, NodeChange, ObjectChange, Plan } from "@netwright/api";
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
  ];
  return parts.join("; ");
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

export const packetText = ({ source, sourcePort, destination, destinationPort }: ExamplePacket): string =>
  `[${source}]:${sourcePort} -> [${destination}]:${destinationPort}`;

function renderNode({ node, role, lines }: NodeChange): string {
  return `${role.toLowerCase()} ${node}\n${lines.map(({ change, text }) => `  ${change} ${text}\n`).join("")}`;
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");
