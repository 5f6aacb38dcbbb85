/** Who announces what to whom, as reported; only sessions that are established count. */
import { prefixContains, type Ipv6 } from "@netwright/base";
import type { NodeReport } from "@netwright/contract";
import type { Facts } from "./facts.ts";

export interface Announcement {
  readonly router: string;
  readonly host: string;
  readonly prefix: string;
}

/** Neighbours that this node exports the prefix to over an established session. */
function neighborsOf({ report }: { readonly report: NodeReport }, prefix: string): readonly string[] {
  const up = new Set(
    report.sessions.filter((session) => session.state === "Established").map((session) => session.neighbor),
  );
  return report.announced
    .filter((entry) => entry.prefix === prefix)
    .flatMap((entry) => entry.neighbors.filter((name) => up.has(name)));
}

export function announces(facts: Facts, host: string, vip: Ipv6): boolean {
  const heard = facts.reports.get(host);
  return heard !== undefined && facts.reports.ready(host) === true && neighborsOf(heard, `${vip}/128`).length > 0;
}

/** Sessions beyond the first to the same neighbour have a number at their end: `edge1-2`. */
export function nodeOfNeighbor(facts: Facts, neighbor: string): string {
  if (facts.objects.routers.has(neighbor) || facts.objects.hosts.has(neighbor)) return neighbor;
  return neighbor.replace(/-\d+$/, "");
}

export function announcementsOf(facts: Facts, hosts: Iterable<string>, vip: Ipv6): readonly Announcement[] {
  const found = [...new Set(hosts)].toSorted().flatMap((host) => {
    const heard = facts.reports.get(host);
    if (heard === undefined || facts.reports.ready(host) !== true) return [];
    const routers = new Set(neighborsOf(heard, `${vip}/128`).map((neighbor) => nodeOfNeighbor(facts, neighbor)));
    return [...routers].map((router) => ({ router, host, prefix: `${vip}/128` }));
  });
  return found;
}

/**
 * Whether the world outside hears a route that covers the address: some managed router announces one to an upstream.
 * What an unmanaged router tells its upstreams is somebody else's business: an address that it is told counts as heard,
 * and so does one where no managed router has an upstream at all.
 */
export function reachesUpstream(facts: Facts, vip: Ipv6, announcements: readonly Announcement[]): boolean {
  const { routers } = facts.objects;
  if (announcements.some(({ router }) => routers.get(router)?.object.spec.managed === false)) return true;
  const border = [...routers.values()].filter(
    ({ object }) =>
      object.spec.managed &&
      object.spec.links.some(
        (link) => link.router !== undefined && routers.get(link.router)?.object.spec.upstream === true,
      ),
  );
  if (border.length === 0) return true;
  return border.some(({ object }) => {
    const heard = facts.reports.get(object.metadata.name);
    if (heard === undefined || facts.reports.ready(object.metadata.name) !== true) return false;
    return heard.report.announced.some(
      ({ prefix }) =>
        prefixContains(prefix, vip) &&
        neighborsOf(heard, prefix).some(
          (name) => routers.get(nodeOfNeighbor(facts, name))?.object.spec.upstream === true,
        ),
    );
  });
}
