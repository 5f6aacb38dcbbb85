/** `describe`: one object as people look at it: state, conditions, instances, rules, events. */
import type { Client, Condition, Event, WireObject } from "@netwright/api";
import { formatDuration, type Milliseconds } from "@netwright/base";
import type { Command } from "commander";
import { stringify } from "yaml";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { parseRefs, refText, toApiRef } from "../arguments/object-ref.ts";
import { columnsOf, conditionsOf, stateOf, valueAt } from "../print/columns.ts";
import { renderFields, renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<object...>", "KIND/NAME, or KIND NAME...");
    command.option("-p, --project <name>", "their project", "default");
    connectionOptions(command);
    command.addHelpText("after", "\nExample:\n  netwright describe service/shop\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const client = await connect(invocation);
    for (const ref of parseRefs(args, options["project"] as string)) {
      const object = await client.get(toApiRef(ref));
      const events = await client.events({ for: refText(ref) });
      terminal.out(await renderDescription(client, object, events));
    }
  },
};

/** Parts of `status` that have a table of their own, by field. */
const tables: readonly { readonly path: string; readonly title: string; readonly columns: readonly string[] }[] = [
  { path: "status.addresses", title: "addresses", columns: ["address", "pool"] },
  { path: "status.announcements", title: "announcements", columns: ["router", "host", "prefix"] },
  { path: "status.instances", title: "instances", columns: ["id", "phase", "host", "address", "message"] },
  { path: "status.sessions", title: "sessions", columns: ["neighbor", "state", "bfd", "since"] },
  { path: "status.drivers", title: "drivers", columns: ["slot", "driver", "missing"] },
  { path: "status.stages", title: "stages of the last change", columns: ["stage", "took", "detail"] },
];

async function renderDescription(client: Client, object: WireObject, events: readonly Event[]): Promise<string> {
  const facts = columnsOf(object.kind, true).map(({ title, value }) => [title.toLowerCase(), value(object)] as const);
  const rules = object.kind === "Service" ? await rulesOf(client, object) : [];
  return [
    `${object.kind.toLowerCase()}/${object.metadata.name}: ${stateOf(object)}\n`,
    renderFields(
      facts.filter(([label]) => label !== "name" && label !== "status"),
      "  ",
    ),
    section("spec", stringify(withoutFileContent(object.spec), { lineWidth: 0 })),
    section("conditions", conditionTable(conditionsOf(object))),
    ...tables.map(({ path, title, columns }) => section(title, tableOf(valueAt(object, path), columns))),
    section("rules by host", tableOf(rules, ["host", "rules", "union"])),
    section(
      "events",
      events
        .slice(-20)
        .map(({ at, type, reason, message }) => `${at}  ${type}  ${reason}: ${message}\n`)
        .join(""),
    ),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

/** The firewall of the service's network: what each host has to know beside what one central firewall would hold. */
async function rulesOf(client: Client, service: WireObject): Promise<readonly unknown[]> {
  const name = String(valueAt(service, "spec.network"));
  const network = (await client.list("Network", service.metadata.project)).items.find(
    ({ metadata }) => metadata.name === name,
  );
  const rules = (valueAt(network, "status.rules") as readonly { host: string; rules: number }[] | undefined) ?? [];
  const union = valueAt(network, "status.ruleUnion");
  return rules.map((entry) => ({ ...entry, union }));
}

/** Files of workloads by their size: their text is in `get -o yaml`. */
function withoutFileContent(spec: unknown): unknown {
  return JSON.parse(
    JSON.stringify(spec, (key, value: unknown) =>
      key === "content" && typeof value === "string" ? `(${value.length} characters; get -o yaml shows them)` : value,
    ),
  );
}

function section(title: string, body: string): string {
  return body === "" ? "" : `${title}\n${body.replace(/^(?=.)/gm, "  ")}`;
}

function conditionTable(conditions: readonly Condition[]): string {
  if (conditions.length === 0) return "";
  return renderTable(
    ["TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"],
    conditions.map(({ type, status, lastTransitionTime, reason, message }) => [
      type,
      status,
      lastTransitionTime,
      reason,
      message,
    ]),
  );
}

function tableOf(value: unknown, columns: readonly string[]): string {
  if (!Array.isArray(value) || value.length === 0) return "";
  const rows = (value as readonly Readonly<Record<string, unknown>>[]).map((row) =>
    columns.map((name) => (name === "took" ? formatDuration(row[name] as Milliseconds) : cell(row[name]))),
  );
  return renderTable(
    columns.map((name) => name.toUpperCase()),
    rows,
  );
}

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return "-";
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.join("; ");
  return String(value as string | number) || "-";
};
