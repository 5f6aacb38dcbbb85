/** Whether an instance may take traffic, and whether it still does, by what was reported. */
import { hostPrefix, type Ipv6 } from "@netwright/base";
import type { InstanceEntry } from "../ledger-entries.ts";
import { projectKey } from "../objects.ts";
import type { Observed } from "../observed.ts";

/** A load balancer has no process of its own; it is ready when its host is not known to be otherwise. */
export function isReady(observed: Observed, { project, id, host, role }: InstanceEntry): boolean {
  if (observed.nodes.get(host)?.ready === false) return false;
  return role === "LoadBalancer" || observed.instances.get(projectKey(project, id))?.phase === "Ready";
}

/** Whether the edges lead the address to this host; undefined while that may be about to change. */
export function isAnnounced({ nodes }: Observed, host: string, address: Ipv6): boolean | undefined {
  const { announced, settled } = nodes.get(host) ?? {};
  if (announced?.has(hostPrefix(address)) === true) return true;
  return settled === true ? false : undefined;
}

/**
 * True when a draining instance has nothing left to do. A load balancer keeps nothing that another does not have; it
 * waits for the routes to it alone.
 */
export function hasDrained(observed: Observed, instance: InstanceEntry, address: Ipv6 | undefined): boolean {
  if (instance.role === "LoadBalancer")
    return address !== undefined && isAnnounced(observed, instance.host, address) === false;
  return observed.instances.get(projectKey(instance.project, instance.id))?.drained === true;
}
