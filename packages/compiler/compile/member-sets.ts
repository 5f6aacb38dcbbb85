/** Members of a listener: those that take new flows, those that did before, and which of these can still be reached. */
import { defaultLoadBalancer, workloadMac, type LoadBalancer, type LoadBalancerMember } from "@netwright/contract";
import type { InstanceEntry } from "../ledger-entries.ts";
import { formerSetsOf } from "../place/former-members.ts";
import type { PlannedListener } from "./listeners.ts";
import { byText } from "./order.ts";
import { readyMembers } from "./ready-members.ts";
import type { ServiceContext } from "./service-plan.ts";

export type MemberSets = Pick<LoadBalancer, "members" | "former" | "draining">;

export function memberSets(context: ServiceContext, service: string, { key, targets }: PlannedListener): MemberSets {
  const { ledger, observed } = context;
  const instances = targets.map(({ instance }) => instance);
  const members = balancerMembers(context, readyMembers(instances, observed));
  const [project = "", name = ""] = service.split("/");
  const entry = ledger.members(project, name, key);
  const now = members.map(({ instance }) => instance);
  const former = entry === undefined ? [] : formerSetsOf(entry, now);
  if (former.length === 0) return { members };
  // A flow can only be where packets are still delivered to, and where somebody answers that does not know it.
  const delivered = new Set(instances.map(({ id }) => id));
  const all = ledger.allInstancesOf(service).values();
  const left = new Set(former.flatMap(({ also }) => also));
  const draining = [...all].filter(
    ({ id, network, host, former: number }) =>
      left.has(id) &&
      (delivered.has(id) || (number !== undefined && network === instances[0]?.network)) &&
      observed.nodes.get(host)?.ready !== false,
  );
  return { members, former, draining: balancerMembers(context, draining) };
}

export function balancerMembers(
  { objects }: ServiceContext,
  instances: readonly InstanceEntry[],
): readonly LoadBalancerMember[] {
  return instances
    .flatMap(({ id, host, class: cls, number }) => {
      const spec = objects.hosts.get(host)?.object.spec;
      if (spec === undefined) return [];
      const isMute = (spec.loadBalancer ?? defaultLoadBalancer) !== defaultLoadBalancer;
      return [
        { instance: id, hostId: spec.id, mac: workloadMac(cls, number), ...(isMute ? { mute: true as const } : {}) },
      ];
    })
    .toSorted((a, b) => byText(a.instance, b.instance));
}
