/** The columns of `get`, by kind. Pure. */
import { objectName, type Condition, type WireObject } from "@netwright/api";
import { cellText } from "./table.ts";

export interface Column {
  readonly title: string;
  readonly value: (object: WireObject) => string;
}

interface KindColumns {
  readonly narrow: readonly Column[];
  readonly wide?: readonly Column[];
}

const column = (title: string, value: (object: WireObject) => unknown): Column => ({
  title,
  value: (object) => cellText(value(object)),
});

/** A value inside an object by its path; undefined where the path ends early. */
export function valueAt(object: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], object);
}

const field = (title: string, path: string): Column => column(title, (object) => valueAt(object, path));
const list = (object: WireObject, path: string): readonly unknown[] =>
  (valueAt(object, path) as readonly unknown[] | undefined) ?? [];

export const conditionsOf = (object: WireObject): readonly Condition[] =>
  list(object, "status.conditions") as readonly Condition[];

/** `Ready`, or the reason of the first rung of the ladder that is not true; an instance's phase; `-` where there is neither. */
export function stateOf(object: WireObject): string {
  const conditions = conditionsOf(object);
  if (conditions.length === 0) return cellText(valueAt(object, "status.phase"));
  if (conditions.find(({ type }) => type === "Ready")?.status === "True") return "Ready";
  const failing = conditions.find(({ status }) => status !== "True");
  return (failing ?? conditions.at(-1))?.reason ?? "-";
}

const name = field("NAME", "metadata.name");
const project = field("PROJECT", "metadata.project");
const state = column("STATUS", stateOf);

interface StatusInstance {
  readonly host: string;
  readonly phase: string;
}

interface Listener {
  readonly hostname: string;
  readonly protocol: string;
  readonly port: number;
}

const instancesOf = (object: WireObject): readonly StatusInstance[] =>
  list(object, "status.instances") as readonly StatusInstance[];

function readyText(object: WireObject): string {
  const instances = instancesOf(object);
  return `${instances.filter(({ phase }) => phase === "Ready").length}/${instances.length}`;
}

/** More are counted. */
const namedHostsMax = 4;

function hostsText(object: WireObject): string {
  const hosts = [...new Set(instancesOf(object).map(({ host }) => host))].toSorted();
  return hosts.length > namedHostsMax ? `${hosts.length} hosts` : hosts.join(",");
}

const urlText = ({ hostname, protocol, port }: Listener): string =>
  protocol === "HTTPS" && port === 443 ? `https://${hostname}/` : `${protocol.toLowerCase()}://${hostname}:${port}`;

const urlsText = (object: WireObject): string =>
  (list(object, "spec.expose") as readonly Listener[]).map(urlText).join(",");

const addressesText = (object: WireObject): string =>
  (list(object, "status.addresses") as readonly { readonly address: string }[]).map(({ address }) => address).join(",");

/** Established of all; nothing for routers of others, which report to nobody here. */
function sessionsText(object: WireObject): string {
  if (valueAt(object, "spec.managed") === false) return "";
  const sessions = list(object, "status.sessions") as readonly { readonly state: string }[];
  return `${sessions.filter((session) => session.state === "Established").length}/${sessions.length}`;
}

const keysText = (object: WireObject, fields: readonly string[]): string =>
  fields.flatMap((each) => Object.keys(valueAt(object, `spec.${each}`) ?? {})).join(",");

/** What monitors found; of a contract without any nothing. */
const holdsText = (object: WireObject): string =>
  conditionsOf(object).find(({ type }) => type === "ContractHolds")?.status ?? "";

/** In the order in which they are told. */
export const quotaResources = ["services", "networks", "addresses", "instances", "cpu", "memory", "storage"] as const;

/** Use of limit; the use alone where there is no limit. */
const useText =
  (resource: string) =>
  (object: WireObject): string => {
    const [used, limit] = [valueAt(object, `status.used.${resource}`), valueAt(object, `spec.quota.${resource}`)];
    return limit === undefined ? cellText(used) : `${cellText(used)}/${cellText(limit)}`;
  };

const allowedColumn = (title: string, path: string): Column =>
  column(title, (object) => (valueAt(object, path) === undefined ? "all" : list(object, path).join(",") || "none"));

const tables: Readonly<Record<string, KindColumns>> = {
  Service: {
    narrow: [
      name,
      state,
      column("READY", readyText),
      column("ADDRESS", addressesText),
      column("HOSTS", hostsText),
      column("URL", urlsText),
    ],
    wide: [project, field("NETWORK", "spec.network"), field("POOL", "spec.pool")],
  },
  Instance: {
    narrow: [
      name,
      field("STATUS", "status.phase"),
      field("REASON", "status.reason"),
      field("HOST", "spec.host"),
      field("ADDRESS", "spec.address"),
    ],
    wide: [
      field("SERVICE", "spec.service"),
      field("TIER", "spec.tier"),
      project,
      field("PID", "status.pid"),
      field("RESTARTS", "status.restarts"),
      field("NETWORK", "spec.network"),
    ],
  },
  Volume: {
    narrow: [
      name,
      field("STATUS", "status.phase"),
      field("SIZE", "spec.size"),
      field("HOST", "spec.host"),
      field("USED-BY", "status.usedBy"),
    ],
    wide: [field("USED", "status.used"), field("SERVICE", "spec.service"), field("TIER", "spec.tier"), project],
  },
  Host: {
    narrow: [
      name,
      state,
      field("ID", "spec.id"),
      field("INSTANCES", "status.used.instances"),
      column("SESSIONS", sessionsText),
      field("VTEP", "spec.vtep"),
    ],
    wide: [
      field("ASN", "spec.asn"),
      field("MTU", "spec.mtu"),
      field("SCHEDULABLE", "spec.schedulable"),
      field("AGENT", "status.agent.version"),
    ],
  },
  Router: {
    narrow: [name, state, field("ASN", "spec.asn"), column("SESSIONS", sessionsText)],
    wide: [
      field("ROUTER-ID", "spec.routerId"),
      field("UPSTREAM", "spec.upstream"),
      field("AGENT", "status.agent.version"),
    ],
  },
  AddressPool: {
    narrow: [
      name,
      column("PREFIXES", (object) => list(object, "spec.prefixes").join(",")),
      field("ALLOCATED", "status.allocated"),
      field("RESTING", "status.resting"),
    ],
  },
  CertificateIssuer: {
    narrow: [name, state, field("CHALLENGE", "spec.acme.challenge"), field("DIRECTORY", "spec.acme.directory")],
    wide: [
      column("CONTACT", (object) => list(object, "spec.acme.contact").join(",")),
      field("ACCOUNT", "status.account"),
    ],
  },
  Secret: {
    narrow: [name, field("TYPE", "spec.type"), column("KEYS", (object) => keysText(object, ["sealed"]))],
    wide: [project],
  },
  Config: {
    narrow: [name, column("KEYS", (object) => keysText(object, ["data", "binaryData"]))],
    wide: [project],
  },
  Contract: {
    narrow: [
      name,
      column("HOLDS", holdsText),
      ...["ensures", "invariants", "justified"].map((part) =>
        column(part.toUpperCase(), (object) => list(object, `spec.${part}`).length),
      ),
    ],
  },
  Project: {
    narrow: [name, state, ...quotaResources.map((resource) => column(resource.toUpperCase(), useText(resource)))],
    wide: [allowedColumn("POOLS", "spec.pools"), allowedColumn("HOSTNAMES", "spec.hostnames")],
  },
  Network: {
    narrow: [
      name,
      state,
      field("VNI", "status.vni"),
      field("PREFIX", "status.prefix"),
      field("MTU", "status.mtu"),
      column("HOSTS", (object) => list(object, "status.hosts").length),
    ],
    wide: [project],
  },
};

/** For a list of several projects; kinds of the whole site have none. */
export function withProject(columns: readonly Column[], objects: readonly WireObject[]): readonly Column[] {
  if (objects.every(({ metadata }) => metadata.project === undefined)) return columns;
  return [project, ...columns.filter((each) => each !== project)];
}

/** For a list of several kinds: the name says which one. */
export const kindColumnsOf = (kind: string, wide: boolean): readonly Column[] =>
  columnsOf(kind, wide).map((each) => (each === name ? column("NAME", objectName) : each));

export function columnsOf(kind: string, wide: boolean): readonly Column[] {
  const table = tables[kind] ?? { narrow: [name] };
  return wide ? [...table.narrow, ...(table.wide ?? [])] : table.narrow;
}
