/** Which instances a load balancer may pick. */
import type { InstancePhase } from "@netwright/contract";
import type { InstanceEntry } from "../ledger-entries.ts";
import { projectKey } from "../objects.ts";
import type { Observed } from "../observed.ts";

/**
 * Running instances reported Ready on hosts that are not known to be unready. Where that leaves none, those on unready
 * hosts too: an agent that is silent says nothing about the data path. Where nothing is Ready, those that listen but are
 * unhealthy: their own answer, such as a proxy's 503, tells a client more than a connection refused.
 */
export function readyMembers(instances: readonly InstanceEntry[], observed: Observed): readonly InstanceEntry[] {
  const running = instances.filter(({ phase }) => phase === "Run");
  const inPhase = (wanted: InstancePhase): readonly InstanceEntry[] =>
    running.filter(({ project, id }) => observed.instances.get(projectKey(project, id))?.phase === wanted);
  const ready = inPhase("Ready");
  const healthy = ready.length > 0 ? ready : inPhase("Unhealthy");
  const reachable = healthy.filter(({ host }) => observed.nodes.get(host)?.ready !== false);
  return reachable.length > 0 ? reachable : healthy;
}
