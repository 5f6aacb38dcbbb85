/** Whether an instance may take traffic, by what was reported. */
import type { InstanceEntry } from "../ledger.ts";
import { projectKey } from "../objects.ts";
import type { Observed } from "../observed.ts";

/** A load balancer has no process of its own; it is ready when its host is not known to be otherwise. */
export function isReady(observed: Observed, { project, id, host, role }: InstanceEntry): boolean {
  if (observed.nodes.get(host)?.ready === false) return false;
  return role === "LoadBalancer" || observed.instances.get(projectKey(project, id))?.phase === "Ready";
}
