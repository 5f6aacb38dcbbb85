/** What makes up the fabric: what is applied, and hosts that were deleted and are not left yet. */
import type { Host } from "@netwright/api";
import { groupsOf } from "./grouped-ledger.ts";
import type { Ledger } from "./ledger.ts";
import type { Applied, ObjectSet } from "./objects.ts";

/** The same set where nothing leaves. */
export function withLeavingHosts(objects: ObjectSet, leaving: readonly Host[]): ObjectSet {
  const missing = leaving.filter(({ metadata }) => !objects.hosts.has(metadata.name));
  if (missing.length === 0) return objects;
  const added = missing.map((host): [string, Applied<Host>] => [host.metadata.name, { object: host, sources: {} }]);
  const hosts = new Map([...objects.hosts, ...added].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { ...objects, hosts };
}

/** What compiling and reporting work with. */
export function standingObjects(objects: ObjectSet, ledger: Ledger): ObjectSet {
  return withLeavingHosts(
    objects,
    groupsOf(ledger)
      .all("LeavingHost")
      .map(([, { host }]) => host),
  );
}
