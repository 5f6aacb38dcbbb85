/** Whether the routes that BGP tells first are in the kernels of hosts and edges. */
import { formatIpv6, NetwrightError, type Ipv6 } from "@netwright/base";
import { logPath } from "../record/paths.ts";
import type { Site } from "../sandbox/start-programs.ts";
import type { Topology } from "../topology/topology.ts";

/** `node` has a route to `destination` by its device `by`. */
interface FirstRoute {
  readonly node: string;
  readonly destination: Ipv6;
  readonly by: string;
}

const anywhere = "::" as Ipv6;

/**
 * By each session between host and edge the edge hears of the host's tunnel end point, and the host of a way out, which
 * edges have from a provider. Pure.
 */
export function firstRoutes({ nodes, links }: Topology): readonly FirstRoute[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const wayOut = nodes.some(
    ({ role, ports }) => role === "Edge" && ports.some(({ peer }) => byName.get(peer.node)?.role === "Provider"),
  );
  return links.flatMap(({ ends }) =>
    ends.flatMap(({ node, interface: by, peer }): readonly FirstRoute[] => {
      const [own, other] = [byName.get(node)?.role, byName.get(peer.node)];
      if (own === "Host" && other?.role === "Edge" && wayOut) return [{ node, destination: anywhere, by }];
      const vtep = other?.host?.vtep;
      return own === "Edge" && vtep !== undefined ? [{ node, destination: vtep, by }] : [];
    }),
  );
}

/** What is missing, in words. Reads the nodes' tables through /proc: no process is started for it. */
export async function routesMissing({ context, nodes, topology }: Site): Promise<readonly string[]> {
  const wanted = Map.groupBy(firstRoutes(topology), ({ node }) => node);
  const missing = [...wanted].map(async ([node, routes]) => {
    const table = await context.files.read(`/proc/${nodes[node]?.machine.pid}/net/ipv6_route`);
    const there = routesIn(table ?? "");
    return routes
      .filter(({ destination, by }) => !there.has(`${destination} ${by}`))
      .map(({ destination, by }) => `${node} to ${destination === anywhere ? "anywhere" : destination} by ${by}`);
  });
  return (await Promise.all(missing)).flat();
}

/** `DESTINATION DEVICE` of default routes and routes to one address. Pure. @param table of proc_net_ipv6_route */
export function routesIn(table: string): ReadonlySet<string> {
  return new Set(
    table.split("\n").flatMap((line) => {
      const [destination = "", length] = line.split(" ");
      const whole = length === "00" || length === "80";
      return whole ? [`${formatIpv6(BigInt(`0x${destination}`))} ${line.trim().split(/\s+/).at(-1)}`] : [];
    }),
  );
}

export function routesNotThere({ paths }: Site, missing: readonly string[]): NetwrightError {
  const names = missing.slice(0, 5).join(", ");
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : "";
  const [node = ""] = missing[0]?.split(" ") ?? [];
  return new NetwrightError("NW1605", `BGP sessions are up, but there is no route from ${names}${more}`, {
    hint: `see ${logPath(paths, node, "agent")}`,
  });
}
