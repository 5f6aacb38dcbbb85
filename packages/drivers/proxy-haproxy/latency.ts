/**
 * How HAProxy counts latencies: its own figures are averages, so each answer of a member adds one to a row of a stick table,
 * whose key is the member and the number of the latency's bucket. The agent reads the table; what it missed is still there.
 * Pure.
 */
import { latencyBounds } from "@netwright/contract";
import type { ProxyLayout } from "./layout.ts";

/** A backend that only holds the table. */
export const latencyTable = "netwright.latency";

/** Members in 100 buckets each, for 100 members at once; then rows that were not counted in for longest go. */
const rows = 10_000;

export const latencySection = `backend ${latencyTable}
    stick-table type string len 160 size ${rows} expire 10m store gpc0`;

/**
 * From the moment when the request's headers were read and a member is picked until the answer's headers are there: with
 * the wait in the queue, the way to the member and every further try. An answer of the proxy's own counts nowhere.
 */
export const latencyRules = ({ latencies }: Pick<ProxyLayout, "latencies">): readonly string[] => [
  "    http-request set-var(txn.began) date(0,us)",
  `    http-response set-var(txn.bucket) date(0,us),sub(txn.began),map_int(${latencies})`,
  `    http-response track-sc0 srv_name,concat(/,txn.bucket) table ${latencyTable}`,
  "    http-response sc-inc-gpc0(0)",
];

/** The map from microseconds to the number of the bucket. A range is looked for from the first line on. */
export function latencyMap(): string {
  const lines = latencyBounds.map((bound, bucket) => `${(latencyBounds[bucket - 1] ?? -1) + 1}:${bound} ${bucket}\n`);
  // 292 years: HAProxy reads no open end in a file.
  return [...lines, `${(latencyBounds.at(-1) ?? 0) + 1}:9223372036854775807 ${latencyBounds.length}\n`].join("");
}

/** Answer to `show table`: how many answers were counted, by member, then by bucket. */
export function parseLatencies(text: string): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const members = new Map<string, Map<number, number>>();
  for (const [, member = "", bucket, count] of text.matchAll(/ key=([^ /]+)\/(\d+) .*?\bgpc0=(\d+)/g)) {
    const buckets = members.get(member) ?? new Map<number, number>();
    members.set(member, buckets.set(Number(bucket), Number(count)));
  }
  return members;
}
