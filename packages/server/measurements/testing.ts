/** Reports as agents would send them, and a world that they fit. */
import type { Instant } from "@netwright/base";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { ledgerKeys, type InstanceEntry, type InstanceRole, type Ledger } from "@netwright/compiler";
import { measured, type MetricsReport, type MetricsRow, type SubjectKind } from "@netwright/contract";
import { Measurements } from "./measurements.ts";

export function entry(id: string, tier: string, host: string, role: InstanceRole = "Workload"): InstanceEntry {
  return {
    kind: "Instance",
    project: "default",
    service: "shop",
    tier,
    role,
    number: 1,
    id,
    network: "web",
    host,
    class: 1,
    address: null,
    phase: "Run",
    template: "",
  };
}

/** A load balancer and a proxy on host1, a web instance on each of two hosts. */
export const shopLedger: Ledger = new Map(
  [
    entry("shop-lb-1", "lb", "host1", "LoadBalancer"),
    entry("shop-proxy-1", "proxy", "host1", "Proxy"),
    entry("shop-web-1", "web", "host1"),
    entry("shop-web-2", "web", "host2"),
  ].map((each) => [ledgerKeys.instance(each.project, each.id), each]),
);

export function row(
  kind: SubjectKind,
  subject: string,
  values: Readonly<Record<string, number>>,
  { elapsed = 1000, latencies }: { readonly elapsed?: number | null; readonly latencies?: readonly number[] } = {},
): { readonly kind: SubjectKind; readonly row: MetricsRow } {
  const told = Object.keys(measured[kind]).map((name) => values[name] ?? null);
  return { kind, row: latencies === undefined ? [subject, elapsed, told] : [subject, elapsed, told, latencies] };
}

export const report = (node: string, ...rows: readonly ReturnType<typeof row>[]): MetricsReport => ({
  node,
  tables: rows.map(({ kind, row: own }) => ({ kind, columns: Object.keys(measured[kind]), rows: [own] })),
});

/** The second at which a site begins. */
export const start = 1_700_000_000;
const bounds = { retention: 3600, octets: 2 ** 26 };

interface Site {
  readonly measurements: Measurements;
  /** Takes what each second brings; undefined: the report was lost. */
  readonly play: (
    seconds: number,
    told: (second: number) => readonly (ReturnType<typeof report> | undefined)[],
  ) => void;
}

export function site(ledger = shopLedger): Site {
  let now = start * 1000;
  const clock = new ManualClock();
  clock.now = () => now as Instant;
  const measurements = new Measurements(clock, bounds);
  return {
    measurements,
    play: (seconds, told) => {
      for (let second = 0; second < seconds; second += 1) {
        for (const each of told(second)) if (each !== undefined) measurements.take(each, ledger);
        now += 1000;
      }
    },
  };
}
