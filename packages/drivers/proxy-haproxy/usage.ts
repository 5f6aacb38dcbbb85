/** What a proxy counts: asked in one connection, read by column, starts no process. */
import type { NodeSystem } from "@netwright/contract";
import { latencyTable, parseLatencies } from "./latency.ts";
import { layoutOf } from "./layout.ts";
import { anchorBackend, parseInfo } from "./parse.ts";
import { ask } from "./runtime-api.ts";
import { proxyName } from "./want.ts";

export interface ProxyUsage {
  /** Another process counts from zero. */
  readonly pid: number;
  /** 0 to 1. */
  readonly idle: number | undefined;
  readonly front: FrontUsage;
  /** By instance. */
  readonly members: ReadonlyMap<string, MemberUsage>;
}

/** All but `open` only rise. */
export interface FrontUsage {
  readonly connections: number;
  readonly refused: number;
  readonly requests: number;
  readonly successes: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly open: number;
}

export interface MemberUsage {
  readonly requests: number;
  readonly successes: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly failed: number;
  readonly retried: number;
  /** Gauges from here on; times in milliseconds. */
  readonly sessions: number;
  readonly queue: number;
  readonly queueTime: number;
  readonly connectTime: number;
  readonly responseTime: number;
  readonly totalTime: number;
  /** How many answers since the process started, by latency bucket. */
  readonly latencies: ReadonlyMap<number, number>;
}

const question = `show info;show stat -1 7 -1;show table ${latencyTable}`;

/** Undefined where nobody answers. */
export async function readProxyUsage(
  { paths }: Pick<NodeSystem, "paths">,
  instance: { readonly project: string; readonly id: string },
): Promise<ProxyUsage | undefined> {
  const { socket } = layoutOf(paths, proxyName(instance.project, instance.id));
  const answer = await ask(socket, question).catch(() => undefined);
  return answer === undefined ? undefined : usageIn(answer);
}

/** Answers to the three commands, each with an empty line after it. Pure. */
export function usageIn(answer: string): ProxyUsage | undefined {
  const start = answer.indexOf("# pxname,");
  const end = answer.indexOf("\n\n", start);
  const info = answer.slice(0, Math.max(0, start));
  const pid = parseInfo(info)?.pid;
  if (start < 0 || end < 0 || pid === undefined) return undefined;
  const { front, members } = statistics(answer.slice(start, end));
  const latencies = parseLatencies(answer.slice(end));
  const idle = /^Idle_pct: (\d+)/m.exec(info)?.[1];
  return {
    pid,
    idle: idle === undefined ? undefined : Number(idle) / 100,
    front,
    members: new Map(members.map(([id, member]) => [id, { ...member, latencies: latencies.get(id) ?? new Map() }])),
  };
}

type Plain = Omit<MemberUsage, "latencies">;

function statistics(text: string): {
  readonly front: FrontUsage;
  readonly members: readonly (readonly [string, Plain])[];
} {
  const [header = "", ...lines] = text.split("\n");
  const places = new Map(
    header
      .slice(2)
      .split(",")
      .map((name, place) => [name, place]),
  );
  let front: FrontUsage = frontIn(() => 0);
  const members = new Map<string, Plain>();
  for (const line of lines) {
    const fields = fieldsOf(line);
    const field = (name: string): string => fields[places.get(name) ?? -1] ?? "";
    const number = (name: string): number => Number(field(name));
    if (field("type") === "0") front = added(front, frontIn(number));
    if (field("type") !== "2" || field("pxname") === anchorBackend) continue;
    const known = members.get(field("svname"));
    members.set(field("svname"), known === undefined ? memberIn(number) : together(known, memberIn(number)));
  }
  return { front, members: [...members] };
}

/** Quotes stand round few texts, and those alone hold commas. */
const fieldsOf = (line: string): readonly string[] =>
  (line.includes('"') ? line.replaceAll(/"(?:[^"]|"")*"/g, "") : line).split(",");

type Column = (name: string) => number;

const answersIn = (number: Column) => ({
  successes: number("hrsp_1xx") + number("hrsp_2xx") + number("hrsp_3xx"),
  clientErrors: number("hrsp_4xx"),
  serverErrors: number("hrsp_5xx"),
});

const frontIn = (number: Column): FrontUsage => ({
  connections: number("conn_tot"),
  refused: number("dcon") + number("dses"),
  requests: number("req_tot"),
  ...answersIn(number),
  open: number("scur"),
});

const memberIn = (number: Column): Plain => ({
  requests: number("stot"),
  ...answersIn(number),
  failed: number("econ") + number("eresp"),
  retried: number("wretr") + number("wredis"),
  sessions: number("scur"),
  queue: number("qcur"),
  queueTime: number("qtime"),
  connectTime: number("ctime"),
  responseTime: number("rtime"),
  totalTime: number("ttime"),
});

const added = <T extends { readonly [name in keyof T]: number }>(a: T, b: T): T =>
  Object.fromEntries(Object.entries<number>(a).map(([name, value]) => [name, value + b[name as keyof T]])) as T;

/** A member stands in the backend of each hostname. Means are weighed by requests. */
function together(a: Plain, b: Plain): Plain {
  const all = a.requests + b.requests;
  const mean = (x: number, y: number): number => (all === 0 ? 0 : (x * a.requests + y * b.requests) / all);
  return {
    ...added(a, b),
    queueTime: mean(a.queueTime, b.queueTime),
    connectTime: mean(a.connectTime, b.connectTime),
    responseTime: mean(a.responseTime, b.responseTime),
    totalTime: mean(a.totalTime, b.totalTime),
  };
}
