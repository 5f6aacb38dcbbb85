/** The columns of `get`, by kind. Pure. */
import type { Condition, WireObject } from "@netwright/api";

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
  value: (object) => textOf(value(object)),
});

const textOf = (value: unknown): string => {
  if (value === undefined || value === null || value === "") return "-";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
};

/** A value inside an object by its path; undefined where the path ends early. */
export function valueAt(object: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], object);
}

const field = (title: string, path: string): Column => column(title, (object) => valueAt(object, path));
const list = <T>(object: WireObject, path: string): readonly T[] =>
  (valueAt(object, path) as readonly T[] | undefined) ?? [];

export const conditionsOf = (object: WireObject): readonly Condition[] => list<Condition>(object, "status.conditions");

/** `Ready`, `Unmanaged` for routers of others, or the first rung of the ladder that is not true, with its reason. */
export function stateOf(object: WireObject): string {
  const conditions = conditionsOf(object);
  if (valueAt(object, "spec.managed") === false) return "Unmanaged";
  if (conditions.length === 0) return "-";
  if (conditions.find(({ type }) => type === "Ready")?.status === "True") return "Ready";
  const failing = conditions.find(({ status }) => status !== "True");
  return failing === undefined ? "-" : failing.reason;
}

const name = field("NAME", "metadata.name");
const project = field("PROJECT", "metadata.project");
const state = column("STATUS", stateOf);

interface StatusInstance {
  readonly host: string;
  readonly phase: string;
}

function readyText(object: WireObject): string {
  const instances = list<StatusInstance>(object, "status.instances");
  return `${instances.filter(({ phase }) => phase === "Ready").length}/${instances.length}`;
}

const hostsOf = (object: WireObject): string =>
  [...new Set(list<StatusInstance>(object, "status.instances").map(({ host }) => host))].toSorted().join(",");

const namesOf = (object: WireObject): string =>
  list<{ readonly hostname: string; readonly protocol: string; readonly port: number }>(object, "spec.expose")
    .map(({ hostname, protocol, port }) =>
      protocol === "HTTPS" && port === 443 ? `https://${hostname}/` : `${hostname}:${port}/${protocol}`,
    )
    .join(",");

const sessionsOf = (object: WireObject): string => {
  const sessions = list<{ readonly state: string }>(object, "status.sessions");
  return `${sessions.filter((session) => session.state === "Established").length}/${sessions.length}`;
};

const tables: Readonly<Record<string, KindColumns>> = {
  Service: {
    narrow: [
      name,
      state,
      column("READY", readyText),
      column("ADDRESS", (object) =>
        list<{ readonly address: string }>(object, "status.addresses")
          .map(({ address }) => address)
          .join(","),
      ),
      column("HOSTS", hostsOf),
      column("URL", namesOf),
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
    wide: [project, field("PID", "status.pid"), field("RESTARTS", "status.restarts"), field("NETWORK", "spec.network")],
  },
  Host: {
    narrow: [
      name,
      state,
      field("ID", "spec.id"),
      field("INSTANCES", "status.used.instances"),
      column("SESSIONS", sessionsOf),
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
    narrow: [name, state, field("MANAGED", "spec.managed"), field("ASN", "spec.asn"), column("SESSIONS", sessionsOf)],
    wide: [field("ROUTER-ID", "spec.routerId"), field("UPSTREAM", "spec.upstream")],
  },
  AddressPool: { narrow: [name, column("PREFIXES", (object) => list<string>(object, "spec.prefixes").join(","))] },
  Network: { narrow: [name, project, field("PREFIX", "spec.prefix"), field("MTU", "spec.mtu")] },
};

export function columnsOf(kind: string, wide: boolean): readonly Column[] {
  const table = tables[kind] ?? { narrow: [name] };
  return wide ? [...table.narrow, ...(table.wide ?? [])] : table.narrow;
}
