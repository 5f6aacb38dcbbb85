/** Whether a certificate authority that asks over HTTP would be answered: address, proxies, record, and the answer itself. */
import type { Condition } from "@netwright/api";
import type { Obstacle } from "../acme/attempt.ts";
import { isTrue } from "../status/conditions.ts";
import type { Facts } from "../status/facts.ts";
import { observeService } from "../status/service-status.ts";
import type { World } from "./world.ts";

/** Undefined: it would, with whatever the proxies were given. */
export function obstacleTo(facts: Facts, { objects }: World, hostname: string): Obstacle | undefined {
  const service = [...objects.services.values()].find(({ object }) =>
    object.spec.expose.some((listener) => listener.hostname === hostname),
  )?.object;
  if (service === undefined) return { reason: "NotExposed", message: `no service exposes ${hostname}` };
  const { conditions, instances } = observeService({ facts, service, before: [], needed: new Map() });
  const waiting = (why: string): Obstacle => ({
    reason: "NotReachable",
    message: `the authority is asked when it can reach ${hostname}: ${why}`,
  });
  if (!instances.some(({ tier, phase }) => tier === "proxy" && phase === "Ready"))
    return waiting("no instance of tier proxy is ready");
  if (!isTrue(conditions, "Announced")) return waiting(messageOf(conditions, "Announced"));
  const problem = facts.dns.problem(hostname);
  return problem === undefined ? undefined : { reason: "DnsNotSet", message: problem };
}

const messageOf = (conditions: readonly Condition[], type: string): string =>
  conditions.find((condition) => condition.type === type)?.message ?? `it is not ${type}`;

/** Whether every host with a proxy of the name's service has applied the state that it was given last. */
export function isAppliedByProxies({ ledger, reports, states }: Facts, { objects }: World, hostname: string): boolean {
  const revisions = states.revisions();
  return [...objects.services].every(([key, { object }]) => {
    if (!object.spec.expose.some((listener) => listener.hostname === hostname)) return true;
    const proxies = (ledger.byService.get(key) ?? []).filter(({ role }) => role === "Proxy");
    return [...new Set(proxies.map(({ host }) => host))].every((host) => {
      // Nobody is sent to a host that is silent.
      if (reports.ready(host) === false) return true;
      const report = reports.get(host)?.report;
      if (report === undefined || report.revision < (revisions.get(host) ?? 0)) return false;
      return report.converged || (report.problems.length > 0 && report.problems.every(({ slot }) => slot !== "proxy"));
    });
  });
}
