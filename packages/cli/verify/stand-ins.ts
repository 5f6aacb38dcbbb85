/**
 * What stands in for the parts of a site that manifests do not say: most keep services in one place and machines in another.
 * A proof speaks of classes of workloads, so that which machines there are matters to placement alone. Pure.
 */
import { apiVersion, isWorkloadTier, kinds, type AnyObject, type Host, type Service } from "@netwright/api";
import { defaultLab, fabricObjects, maxHosts, planLab } from "@netwright/lab";

/** Instances that one of these hosts takes: so many that room is no question. */
const roomy = 65_535;
const fewestHosts = 3;

export interface WholeSite {
  readonly objects: readonly AnyObject[];
  /** Those of `objects` that were not given. */
  readonly standIns: readonly AnyObject[];
}

/**
 * Hosts that were given are the hosts; where none was, hosts, routers and links are those of the lab that needs no file. Routers
 * that were not given follow from the hosts' uplinks, and a pool is there for each name of one where none was given.
 */
export function wholeSite(given: readonly AnyObject[]): WholeSite {
  const hosts = given.filter((object) => object.kind === "Host");
  const hasRouters = given.some(({ kind }) => kind === "Router");
  const own = hosts.length === 0 ? given.filter(({ kind }) => kind !== "Router") : given;
  const nodes = hosts.length === 0 ? labNodes(given) : hasRouters ? [] : routersOf(hosts);
  const standIns = [...nodes, ...poolsFor(given)];
  return { objects: [...standIns, ...own], standIns };
}

function labNodes(given: readonly AnyObject[]): readonly AnyObject[] {
  const services = given.filter((object) => object.kind === "Service");
  const hostPaths = directoriesOf(services).map((path) => ({ path, readOnly: false }));
  return fabricObjects(planLab(defaultLab({ hosts: hostsFor(services) })))
    .filter(({ kind }) => kind !== "AddressPool")
    .map((object) =>
      object.kind === "Host"
        ? { ...object, spec: { ...object.spec, capacity: { instances: roomy }, hostPaths } }
        : object,
    );
}

/** As many as the tier that wants most needs, where each instance must have a host for itself. */
function hostsFor(services: readonly Service[]): number {
  const apart = services.flatMap(({ spec }) => spec.tiers.filter(({ spread }) => spread === "required"));
  const most = Math.max(
    fewestHosts,
    ...apart.map(({ replicas, autoscale }) => Math.max(replicas, autoscale?.max ?? 0)),
  );
  return Math.min(most, maxHosts);
}

const directoriesOf = (services: readonly Service[]): readonly string[] => [
  ...new Set(
    services.flatMap(({ spec }) =>
      spec.tiers
        .filter(isWorkloadTier)
        .flatMap(({ workload }) => (workload.volumes ?? []).flatMap(({ hostPath }) => hostPath ?? [])),
    ),
  ),
];

/** Edges as the hosts speak with them, and a provider behind. */
function routersOf(hosts: readonly Host[]): readonly AnyObject[] {
  const links = hosts.flatMap(({ metadata, spec }) =>
    spec.uplinks.map(({ router, localAddress, peerAddress }) => ({
      router,
      link: { host: metadata.name, localAddress: peerAddress, peerAddress: localAddress },
    })),
  );
  const names = [...new Set(links.map(({ router }) => router))].toSorted();
  const edges = names.map((name, index) =>
    made("Router", name, {
      asn: 64_510,
      routerId: `10.0.0.${index + 1}`,
      links: [
        ...links
          .filter(({ router }) => router === name)
          .map(({ link }, number) => ({ ...link, interface: `host${number + 1}` })),
        {
          interface: "provider",
          router: providerOf(names),
          localAddress: `2001:db8:ffff::${index + 1}:1`,
          peerAddress: `2001:db8:ffff::${index + 1}:0`,
        },
      ],
    }),
  );
  return [...edges, made("Router", providerOf(names), { managed: false, upstream: true, asn: 64_500 })];
}

const providerOf = (names: readonly string[]): string => (names.includes("provider") ? "provider-of-site" : "provider");

/** None where any is given: then a name that is not among those is a mistake. */
function poolsFor(given: readonly AnyObject[]): readonly AnyObject[] {
  if (given.some(({ kind }) => kind === "AddressPool")) return [];
  const named = given.flatMap((each) => (each.kind === "Service" ? [each.spec.pool] : []));
  return [...new Set(named)]
    .toSorted()
    .map((name, index) => made("AddressPool", name, { prefixes: [`2001:db8:${(0x100 + index).toString(16)}::/64`] }));
}

function made(kind: "AddressPool" | "Router", name: string, spec: object): AnyObject {
  return kinds[kind].complete(kinds[kind].schema.parse({ apiVersion, kind, metadata: { name }, spec })) as AnyObject;
}
