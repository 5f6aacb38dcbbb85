/** One object for people: its facts, its parts as tables, its conditions, its events. Pure. */
import { objectName, type AnswerRecord, type Condition, type Event, type WireObject } from "@netwright/api";
import { answerTable } from "./answer-table.ts";
import { clauseTable } from "./clause-table.ts";
import { columnsOf, conditionsOf, quotaResources, stateOf, valueAt } from "./columns.ts";
import { parts, type PartTable } from "./description-parts.ts";
import { cellText, renderFields, renderTable } from "./table.ts";
import { timeText } from "./times.ts";

const eventsMax = 20;

/** Objects that a description draws on beside its own. */
export interface Related {
  /** Of a Service: its rules are told by host. */
  readonly network?: WireObject | undefined;
  /** On a Host. */
  readonly instances?: readonly WireObject[];
  /** Of a Service, or on a Host. */
  readonly volumes?: readonly WireObject[];
  /** Of all projects, for an AddressPool: who has which of its addresses. */
  readonly services?: readonly WireObject[];
  /** Of a Service with rules by name. */
  readonly answers?: readonly AnswerRecord[];
}

export function renderDescription(
  object: WireObject,
  events: readonly Event[],
  { network, instances = [], volumes = [], services = [], answers = [] }: Related = {},
): string {
  const facts = columnsOf(object.kind, true)
    .map(({ title, value }) => [title.toLowerCase(), value(object)] as const)
    .filter(([label]) => label !== "name" && label !== "status" && !isQuota(object, label));
  const message = valueAt(object, "status.message");
  if (typeof message === "string" && message !== "") facts.push(["message", message]);
  const bottleneck = valueAt(object, "status.autoscale.bottleneck");
  if (typeof bottleneck === "string") facts.push(["bottleneck", bottleneck]);
  const state = stateOf(object);
  const title = `${objectName(object)}${state === "-" ? "" : `: ${state}`}`;
  const sections = [
    `${title}\n${renderFields(facts, "  ")}`,
    section("quota", quotaTable(object)),
    section("values", valueTable(object)),
    section("contract", clauseTable(object)),
    section("conditions", conditionTable(conditionsOf(object))),
    ...parts.map((part) => section(part.title, partTable(part, valueAt(object, part.path)))),
    section("addresses of names now", answerTable(object, answers)),
    section("instances", instanceTable(instances)),
    section("volumes", volumeTable(volumes)),
    section("held by", holderTable(object.metadata.name, services)),
    firewallSection(object.kind === "Network" ? object : network),
    section("events", events.slice(-eventsMax).map(eventLine).join("")),
  ];
  return sections.filter((text) => text !== "").join("\n");
}

const section = (title: string, body: string): string =>
  body === "" ? "" : `${title}\n${body.replace(/^(?=.)/gm, "  ")}`;

const isQuota = ({ kind }: WireObject, label: string): boolean =>
  kind === "Project" && quotaResources.some((resource) => resource === label);

function quotaTable(object: WireObject): string {
  if (object.kind !== "Project") return "";
  const rows = quotaResources.map((resource) => [
    resource,
    cellText(valueAt(object, `status.used.${resource}`)),
    cellText(valueAt(object, `spec.quota.${resource}`)),
  ]);
  return renderTable(["RESOURCE", "USED", "LIMIT"], rows);
}

/** Of a Secret: what may be said of each. Of a Config they are in -o yaml. */
function valueTable(object: WireObject): string {
  const sealed = Object.entries((valueAt(object, "spec.sealed") ?? {}) as Readonly<Record<string, object>>);
  if (object.kind !== "Secret" || sealed.length === 0) return "";
  const rows = sealed.map(([key, value]) => [key, String(valueAt(value, "size")), String(valueAt(value, "digest"))]);
  return renderTable(["KEY", "OCTETS", "DIGEST"], rows);
}

function conditionTable(conditions: readonly Condition[]): string {
  if (conditions.length === 0) return "";
  const rows = conditions.map(({ type, status, lastTransitionTime, reason, message }) => [
    type,
    status,
    timeText(lastTransitionTime),
    reason,
    message,
  ]);
  return renderTable(["TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"], rows);
}

/** Columns without a value in any row are left out, and so are rows without any. */
function partTable({ columns }: PartTable, value: unknown): string {
  const rows = (value ?? []) as readonly Readonly<Record<string, unknown>>[];
  if (rows.length === 0) return "";
  const shown = Object.entries(columns)
    .map(
      ([title, cell]) =>
        [title, rows.map((row) => cellText(typeof cell === "string" ? row[cell] : cell(row)))] as const,
    )
    .filter(([, cells]) => cells.some((text) => text !== "-"));
  const lines = rows
    .map((_, index) => shown.map(([, cells]) => cells[index] ?? "-"))
    .filter((cells) => cells.some((text) => text !== "-"));
  if (lines.length === 0) return "";
  return renderTable(
    shown.map(([title]) => title),
    lines,
  );
}

function volumeTable(volumes: readonly WireObject[]): string {
  if (volumes.length === 0) return "";
  const columns = columnsOf("Volume", false);
  const rows = volumes.map((volume) => [
    ...columns.map(({ value }) => value(volume)),
    cellText(valueAt(volume, "status.message")),
  ]);
  return renderTable([...columns.map(({ title }) => title), "MESSAGE"], rows);
}

function instanceTable(instances: readonly WireObject[]): string {
  if (instances.length === 0) return "";
  const columns = columnsOf("Instance", true).filter(({ title }) => !["HOST", "PID"].includes(title));
  return renderTable(
    columns.map(({ title }) => title),
    instances.map((instance) => columns.map(({ value }) => value(instance))),
  );
}

function holderTable(pool: string, services: readonly WireObject[]): string {
  const rows = services.flatMap((service) =>
    addressesOf(service)
      .filter((held) => held.pool === pool)
      .map(({ address }) => [address, objectName(service)]),
  );
  return rows.length === 0 ? "" : renderTable(["ADDRESS", "SERVICE"], rows);
}

const addressesOf = (service: WireObject) =>
  (valueAt(service, "status.addresses") ?? []) as readonly { readonly address: string; readonly pool: string }[];

/** What each host has to know, beside what one central firewall would hold. */
function firewallSection(network: WireObject | undefined): string {
  if (network === undefined) return "";
  const rules = (valueAt(network, "status.rules") ?? []) as readonly {
    readonly host: string;
    readonly rules: number;
  }[];
  if (rules.length === 0) return "";
  const rows = rules.map(({ host, rules: count }) => [host, String(count)]);
  const union = ["one central firewall", String(valueAt(network, "status.ruleUnion"))];
  return section(
    `firewall rules of network ${network.metadata.name}`,
    renderTable(["HOST", "RULES"], [...rows, union]),
  );
}

const eventLine = ({ at, type, reason, message }: Event): string =>
  `${timeText(at)}  ${type.padEnd(7)}  ${reason}: ${message}\n`;
