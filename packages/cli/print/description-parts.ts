/** Which lists inside objects have a table of their own, and what is in it. */
import { formatDuration, type Milliseconds } from "@netwright/base";
import { valueAt } from "./columns.ts";
import { cellText } from "./table.ts";
import { timeText } from "./times.ts";

type Cell = (row: Readonly<Record<string, unknown>>) => unknown;

export interface PartTable {
  readonly path: string;
  readonly title: string;
  /** By heading: a field's name, or what to make of the row. */
  readonly columns: Readonly<Record<string, string | Cell>>;
}

/** In the order in which they are shown. */
export const parts: readonly PartTable[] = [
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
    path: "status.autoscale.tiers",
    title: "autoscale",
    columns: {
      TIER: "tier",
      DESIRED: "desired",
      CURRENT: "current",
      MIN: "min",
      MAX: "max",
      FLOOR: ({ floor, min }) => (floor === min ? undefined : floor),
      SINCE: (row) => timeOrNone(row["since"]),
      WHY: "message",
    },
  },
  {
    path: "status.autoscale.tiers",
    title: "last changes of size",
    columns: {
      TIER: ({ last, tier }) => (last === undefined ? undefined : tier),
      AT: (row) => timeOrNone(valueAt(row, "last.at")),
      WHY: (row) => valueAt(row, "last.message"),
    },
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

function healthText(health: unknown): string {
  for (const kind of ["http", "https"]) {
    const path = valueAt(health, kind);
    if (typeof path === "string") return `${kind} ${path}`;
  }
  return health === undefined ? "-" : "tcp";
}

const spanOrNone = (span: unknown): string => (typeof span === "number" ? formatDuration(span as Milliseconds) : "-");

const timeOrNone = (at: unknown): string => (typeof at === "string" ? timeText(at) : "-");
