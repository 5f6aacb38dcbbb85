/** One object for people: its facts, its parts as tables, its conditions, its events. Pure. */
import { objectName, type AnswerRecord, type Condition, type Event, type WireObject } from "@netwright/api";
import { formatDuration, type Milliseconds } from "@netwright/base";
import { answerTable } from "./answer-table.ts";
import { clauseTable } from "./clause-table.ts";
import { columnsOf, conditionsOf, quotaResources, stateOf, valueAt } from "./columns.ts";
import { cellText, renderFields, renderTable } from "./table.ts";
import { timeText } from "./times.ts";

type Cell = (row: Readonly<Record<string, unknown>>) => unknown;

interface PartTable {
  readonly path: string;
  readonly title: string;
  /** By heading: a field's name, or what to make of the row. */
  readonly columns: Readonly<Record<string, string | Cell>>;
}

/** Lists inside objects that have a table of their own. */
const parts: readonly PartTable[] = [
  {
    path: "spec.expose",
    title: "listeners",
    columns: {
      PROTOCOL: "protocol",
      HOSTNAME: "hostname",
      PORT: "port",
      TIER: "tier",
      CERTIFICATE: "certificate",
      ISSUER: "issuer",
    },
  },
  {
    path: "spec.tiers",
    title: "tiers",
    columns: {
      NAME: "name",
      REPLICAS: "replicas",
      SPREAD: "spread",
      IMAGE: (row) => valueAt(row, "workload.image"),
      PORT: (row) => valueAt(row, "workload.port"),
      CPU: (row) => valueAt(row, "workload.resources.cpu"),
      MEMORY: (row) => valueAt(row, "workload.resources.memory"),
      HEALTH: (row) => healthText(row["health"]),
    },
  },
  {
    path: "spec.allow",
    title: "allowed from other services",
    columns: {
      FROM: (row) => `${String(valueAt(row, "from.service"))}/${String(valueAt(row, "from.tier"))}`,
      TO: "to",
      PORT: (row) => `${String(row["protocol"]).toLowerCase()}/${String(row["port"])}`,
    },
  },
  {
    path: "spec.egress",
    title: "allowed to the internet",
    columns: {
      FROM: "from",
      TO: "to",
      PORT: (row) => `${String(row["protocol"]).toLowerCase()}/${String(row["port"])}`,
    },
  },
  ...["spec.uplinks", "spec.links"].map((path) => ({
    path,
    title: path.slice("spec.".length),
    columns: { INTERFACE: "interface", NEIGHBOR: "router", LOCAL: "localAddress", PEER: "peerAddress" },
  })),
  {
    path: "status.announcements",
    title: "announcements",
    columns: { PREFIX: "prefix", FROM: "host", TO: "router" },
  },
  {
    path: "status.images",
    title: "images",
    columns: { TIER: "tier", IMAGE: "image", DIGEST: "digest" },
  },
  {
    path: "status.certificates",
    title: "certificates",
    columns: {
      HOSTNAME: "hostname",
      ISSUER: ({ secret, issuer }) => (typeof secret === "string" ? `secret/${secret}` : issuer || "built-in"),
      EXPIRES: (row) => timeOrNone(row["notAfter"]),
      RENEWED: (row) => timeOrNone(row["renewAt"]),
    },
  },
  {
    path: "status.instances",
    title: "instances",
    columns: { NAME: "id", STATUS: "phase", HOST: "host", ADDRESS: "address", MESSAGE: "message" },
  },
  {
    path: "status.sessions",
    title: "sessions",
    columns: {
      NEIGHBOR: "neighbor",
      STATE: "state",
      BFD: "bfd",
      SINCE: (row) => timeOrNone(row["since"]),
      PROBLEM: "problem",
    },
  },
  {
    path: "status.drivers",
    title: "drivers",
    columns: { SLOT: "slot", DRIVER: "driver", MISSING: "missing" },
  },
  {
    path: "status.rollout.steps",
    title: "last rollout",
    columns: {
      INSTANCE: "old",
      "REPLACED BY": "fresh",
      HOST: "host",
      READY: (row) => spanOrNone(row["ready"]),
      DRAINED: (row) => spanOrNone(row["gone"]),
      CONNECTIONS: (row) => (row["gone"] === null ? row["connections"] : `${cellText(row["connections"] ?? 0)} cut`),
    },
  },
  {
    path: "status.stages",
    title: "stages of the last change",
    columns: {
      STAGE: "stage",
      TOOK: (row) => formatDuration(row["took"] as Milliseconds),
      DETAIL: "detail",
    },
  },
];

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

/** Columns without a value in any row are left out. */
function partTable({ columns }: PartTable, value: unknown): string {
  const rows = (value ?? []) as readonly Readonly<Record<string, unknown>>[];
  if (rows.length === 0) return "";
  const shown = Object.entries(columns)
    .map(
      ([title, cell]) =>
        [title, rows.map((row) => cellText(typeof cell === "string" ? row[cell] : cell(row)))] as const,
    )
    .filter(([, cells]) => cells.some((text) => text !== "-"));
  return renderTable(
    shown.map(([title]) => title),
    rows.map((_, index) => shown.map(([, cells]) => cells[index] ?? "-")),
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

function healthText(health: unknown): string {
  for (const kind of ["http", "https"]) {
    const path = valueAt(health, kind);
    if (typeof path === "string") return `${kind} ${path}`;
  }
  return health === undefined ? "-" : "tcp";
}

const spanOrNone = (span: unknown): string => (typeof span === "number" ? formatDuration(span as Milliseconds) : "-");

const timeOrNone = (at: unknown): string => (typeof at === "string" ? timeText(at) : "-");

const eventLine = ({ at, type, reason, message }: Event): string =>
  `${timeText(at)}  ${type.padEnd(7)}  ${reason}: ${message}\n`;
