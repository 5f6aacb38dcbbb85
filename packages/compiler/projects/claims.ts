/** Host names that somebody has already (NW1302): who asks for one later is told, and of other projects only that it is so. */
import { objectName, type Hostname, type Service } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { limitsOf, mayUseHostname } from "./allowed.ts";
import { diagnose, type Applied, type ObjectSet } from "../objects.ts";

export function* checkClaims(before: ObjectSet, after: ObjectSet): Generator<Diagnostic> {
  const owners = new Map<Hostname, Applied<Service>>();
  for (const [key, item] of after.services)
    for (const hostname of hostnamesOf(before.services.get(key)))
      if (hostnamesOf(item).has(hostname)) owners.set(hostname, item);
  for (const [key, item] of after.services) {
    const had = hostnamesOf(before.services.get(key));
    const limits = limitsOf(after, item.object.metadata.project);
    for (const [index, { hostname, port }] of item.object.spec.expose.entries()) {
      const owner = owners.get(hostname);
      if (owner === undefined || owner === item || had.has(hostname)) continue;
      // Of what it may not have anyway, nothing is told.
      if (!mayUseHostname(limits, hostname)) continue;
      const path = ["spec", "expose", index, "hostname"];
      yield diagnose("NW1302", item, path, `${hostname}:${port} is ${claimedBy(item, owner)}`, oneService);
    }
  }
}

const hostnamesOf = (item: Applied<Service> | undefined): ReadonlySet<Hostname> =>
  new Set(item?.object.spec.expose.map(({ hostname }) => hostname));

export const oneService = "one hostname leads to one service";

type Named = Applied<Parameters<typeof objectName>[0]>;

/** What people of one project may know about an object of another is that there is one. */
export const claimedBy = (item: Named, other: Named): string =>
  item.object.metadata.project === other.object.metadata.project
    ? `claimed by ${objectName(other.object)} too`
    : "in use in another project";
