/** Who is there to try, and to be tried. Pure. */
import type { EndSelector, Service } from "@netwright/api";
import type { Ipv6 } from "@netwright/base";
import type { HostState, Protocol } from "@netwright/contract";

export interface Port {
  readonly protocol: Protocol;
  readonly port: number;
}

/** An instance that is ready. */
export interface Present {
  readonly project: string;
  readonly network: string;
  readonly service: string;
  readonly tier: string;
  readonly id: string;
  readonly node: string;
  readonly address: Ipv6;
  readonly ports: readonly Port[];
}

/** A listener at a public address. */
export interface PublicPoint extends Port {
  readonly project: string;
  readonly network: string;
  readonly service: string;
  /** That it leads to. */
  readonly tier: string;
  readonly vip: Ipv6;
}

export interface Site {
  readonly instances: readonly Present[];
  readonly points: readonly PublicPoint[];
  /** Edge routers of ours: they stand for the internet, for what they send comes in as from there. */
  readonly edges: readonly string[];
  /** By `PROJECT/NAME`. */
  readonly services: ReadonlyMap<string, Service>;
}

/** @param isReady of an instance, as its host reported last */
export function siteOf(
  states: Iterable<HostState>,
  services: ReadonlyMap<string, Service>,
  isReady: (node: string, project: string, id: string) => boolean,
): Site {
  const all = [...states];
  const instances = all.flatMap(({ node, networks }) =>
    networks.flatMap(({ project, name, workloads }) =>
      workloads
        .filter(({ id }) => isReady(node, project, id))
        .map(({ id, service, tier, address, ports }) => ({
          project,
          network: name,
          service,
          tier,
          id,
          node,
          address,
          ports,
        })),
    ),
  );
  const points = all.flatMap(({ networks }) =>
    networks.flatMap(({ project, name, loadBalancers }) =>
      loadBalancers.map(({ service, vip, protocol, port }) => {
        const tier = tierAt(services.get(`${project}/${service}`), protocol, port);
        return { project, network: name, service, vip, protocol, port, tier };
      }),
    ),
  );
  return {
    instances,
    points: [...new Map(points.map((point) => [`${point.vip} ${point.protocol} ${point.port}`, point])).values()],
    edges: all.flatMap(({ role, node }) => (role === "Router" ? [node] : [])).toSorted(),
    services,
  };
}

/** HTTPS, and the port from which browsers are sent to it, end at proxies. */
function tierAt(service: Service | undefined, protocol: Protocol, port: number): string {
  const listener = service?.spec.expose.find(
    (each) => each.port === port && each.protocol !== "HTTPS" && each.protocol.toLowerCase() === protocol,
  );
  return listener === undefined || listener.protocol === "HTTPS" ? "proxy" : listener.tier;
}

/** Whether a selector means it. Addresses outside mean no tier. */
export function means(
  { services }: Site,
  selector: EndSelector,
  thing: Pick<Present, "project" | "network" | "service" | "tier">,
): boolean {
  if (selector === "internet" || (typeof selector === "object" && "cidr" in selector)) return false;
  if (selector === "anything") return true;
  const labels = services.get(`${thing.project}/${thing.service}`)?.metadata.labels ?? {};
  const { labels: wanted = {}, ...names } = selector;
  return (
    (Object.keys(names) as (keyof typeof names)[]).every((key) => names[key] === thing[key]) &&
    Object.entries(wanted).every(([key, value]) => labels[key] === value)
  );
}

export const isInternet = (selector: EndSelector): boolean => selector === "internet" || selector === "anything";
