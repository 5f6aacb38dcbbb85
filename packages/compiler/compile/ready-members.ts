/** Which instances a load balancer may pick. */
import type { InstanceEntry } from "../ledger.ts";
import { projectKey } from "../objects.ts";
import type { Observed } from "../observed.ts";

/**
 * Running instances reported Ready on hosts that are not known to be unready. Where that leaves none, those on unready
 * hosts too: an agent that is silent says nothing about the data path, and sending there beats refusing everybody.
 */
export function readyMembers(instances: readonly InstanceEntry[], observed: Observed): readonly InstanceEntry[] {
  const healthy = instances.filter(
    ({ phase, project, id }) => phase === "Run" && observed.instances.get(projectKey(project, id))?.phase === "Ready",
  );
  const reachable = healthy.filter(({ host }) => observed.nodes.get(host)?.ready !== false);
  return reachable.length > 0 ? reachable : healthy;
}
