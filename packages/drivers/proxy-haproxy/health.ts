/** What a running proxy says about itself and its members, for status and metrics. Starts no process. */
import type { NodeSystem } from "@netwright/contract";
import { layoutOf } from "./layout.ts";
import { latencyTable } from "./latency.ts";
import { anchorBackend, membersIn, parseStat, type RuntimeMember, type StatRow } from "./parse.ts";
import { ask } from "./runtime-api.ts";
import { proxyName } from "./want.ts";

export interface ProxyHealth {
  /** False when no process answers. */
  readonly listening: boolean;
  /** By name. */
  readonly backends: readonly { readonly name: string; readonly members: readonly RuntimeMember[] }[];
  /** Counters since the process started, summed over its listeners. */
  readonly traffic: ProxyTraffic;
}

export interface ProxyTraffic {
  readonly connections: number;
  readonly requests: number;
  /** Client connections open now. */
  readonly open: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Answers by class of status, `2xx` and so on. */
  readonly responses: Readonly<Record<ResponseClass, number>>;
}

const responseClasses = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"] as const;
export type ResponseClass = (typeof responseClasses)[number];

export async function readProxyHealth(
  { paths }: Pick<NodeSystem, "paths">,
  instance: { readonly project: string; readonly id: string },
): Promise<ProxyHealth> {
  const { socket } = layoutOf(paths, proxyName(instance.project, instance.id));
  const answer = await ask(socket, "show stat").catch(() => undefined);
  return answer === undefined
    ? { listening: false, backends: [], traffic: trafficIn([]) }
    : healthIn(parseStat(answer));
}

/** Of the driver's own: nobody is sent to them. */
const ownBackends: ReadonlySet<string> = new Set([anchorBackend, latencyTable]);

/** Pure. Rows of type 0 are listeners, of type 1 backends. */
export function healthIn(rows: readonly StatRow[]): ProxyHealth {
  const members = membersIn(rows);
  const names = rows
    .filter((row) => row["type"] === "1" && !ownBackends.has(row["pxname"] ?? ""))
    .map((row) => row["pxname"] ?? "");
  return {
    listening: rows.some((row) => row["type"] === "0" && row["status"] === "OPEN"),
    backends: names.toSorted().map((name) => ({ name, members: members.filter(({ backend }) => backend === name) })),
    traffic: trafficIn(rows.filter((row) => row["type"] === "0")),
  };
}

function trafficIn(listeners: readonly StatRow[]): ProxyTraffic {
  const sum = (column: string) => listeners.reduce((total, row) => total + Number(row[column] ?? 0), 0);
  const responses = responseClasses.map((name) => [name, sum(`hrsp_${name}`)]);
  return {
    connections: sum("conn_tot"),
    requests: sum("req_tot"),
    open: sum("scur"),
    bytesIn: sum("bin"),
    bytesOut: sum("bout"),
    responses: Object.fromEntries(responses) as Record<ResponseClass, number>,
  };
}
