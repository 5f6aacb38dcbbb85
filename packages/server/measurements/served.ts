/** What proxies saw lately of requests to instances: what new instances of a rollout are judged by. */
import type { Ledger, Served } from "@netwright/compiler";
import type { Measurements } from "./measurements.ts";
import { columnOf, type Subject } from "./subject.ts";

/** Seconds. */
const span = 30;

/** By `PROJECT/ID`, of services with a rollout under way; of instances that got any. */
export function servedLately(measurements: Measurements, ledger: Ledger): ReadonlyMap<string, Served> {
  const services = rollingIn(ledger);
  const sums = new Map<string, Served>();
  if (services.size === 0) return sums;
  for (const subject of measurements.subjects) {
    const { kind, place } = subject;
    if (kind !== "Member" || place === undefined || !services.has(`${place.project}/${place.service}`)) continue;
    const requests = countIn(measurements, subject, "requests");
    if (requests === 0) continue;
    const failures = countIn(measurements, subject, "serverErrors") + countIn(measurements, subject, "failed");
    const key = `${place.project}/${place.instance}`;
    const known = sums.get(key) ?? { requests: 0, failures: 0 };
    // An answer that breaks off may count twice, and a connection that failed is tried again.
    sums.set(key, {
      requests: known.requests + requests,
      failures: known.failures + Math.min(requests, failures),
    });
  }
  return sums;
}

const rollingIn = (ledger: Ledger): ReadonlySet<string> =>
  new Set(
    [...ledger.values()].flatMap((entry) =>
      entry.kind === "TierRollout" && entry.until === null ? [`${entry.project}/${entry.service}`] : [],
    ),
  );

/** Rates of whole seconds, added up. */
function countIn({ ring, now }: Measurements, subject: Subject, name: "requests" | "serverErrors" | "failed"): number {
  let count = 0;
  ring.scan(subject, columnOf("Member", name), now - span, now, (rate) => void (count += rate));
  return Math.round(count);
}
