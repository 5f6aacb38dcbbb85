/** What compiling found out beside the states: names for DNS, and per service what to expect. */
import type { CompileInput, DnsRecord, ServiceSummary } from "../compile.ts";
import { byText } from "./order.ts";
import { readyMembers } from "./ready-members.ts";
import type { ServicePlan } from "./service-plan.ts";

export function dnsRecords(plans: readonly ServicePlan[]): readonly DnsRecord[] {
  return plans
    .flatMap(({ isFormer, vip, hostnames }) =>
      isFormer || vip === undefined
        ? []
        : hostnames.map((name): DnsRecord => ({ name, type: "AAAA", address: vip.address })),
    )
    .toSorted((a, b) => byText(a.name, b.name) || byText(a.address, b.address));
}

export function summaries(
  plans: readonly ServicePlan[],
  input: Omit<CompileInput, "ledger">,
): ReadonlyMap<string, ServiceSummary> {
  return new Map(plans.filter(({ isFormer }) => !isFormer).map((plan) => [plan.key, summaryOf(plan, input)]));
}

function summaryOf(
  plan: ServicePlan,
  { objects, observed, certificates }: Omit<CompileInput, "ledger">,
): ServiceSummary {
  const { project, name, vip, instances, listeners, slices } = plan;
  const expose = objects.services.get(plan.key)?.object.spec.expose ?? [];
  return {
    project,
    name,
    vips: vip === undefined ? [] : [vip],
    instances,
    listeners: listeners.map(({ key: { vip: address, protocol, port }, targets }) => {
      const members = targets.map(({ instance }) => instance);
      const ready = readyMembers(members, observed).map(({ id }) => id);
      return { vip: address, protocol, port, members: ready.toSorted(byText) };
    }),
    announcements: [...slices]
      .flatMap(([host, { announce }]) => announce.map((prefix) => ({ host, prefix })))
      .toSorted((a, b) => byText(a.host, b.host)),
    missingCertificates: expose
      .filter(({ protocol, hostname }) => protocol === "HTTPS" && !certificates.has(hostname))
      .map(({ hostname }) => hostname),
  };
}
