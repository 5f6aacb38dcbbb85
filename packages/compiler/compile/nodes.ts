/** The parts of a node's state that do not depend on services. */
import type { Host, Router } from "@netwright/api";
import { internet, prefixContains, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { BgpState, HostState, NetworkState, UnderlayState } from "@netwright/contract";
import { defaultLoadBalancer, vxlanOverhead } from "@netwright/contract";
import type { ObjectSet } from "../objects.ts";
import { hostBgp, isUpstream, planBgp, routerBgp } from "./bgp.ts";
import { byText } from "./order.ts";

/** Changes only with Hosts, Routers and AddressPools. */
export interface NodesPlan {
  readonly hosts: ReadonlyMap<string, Host>;
  /** Whole states: services change nothing on routers. */
  readonly routers: ReadonlyMap<string, HostState>;
  /** What a tenant packet may measure at most, in octets. */
  readonly mtu: number;
  hostState(name: string, networks: readonly NetworkState[], announce: readonly Ipv6Prefix[]): HostState;
}

export function planNodes(objects: ObjectSet): NodesPlan {
  const bgp = planBgp(objects);
  const hosts = new Map([...objects.hosts].map(([name, { object }]) => [name, object]));
  const vteps = [...hosts.values()].map(({ spec }) => spec.vtep).toSorted(byText);
  const site = siteOf(objects);
  const fixed = new Map(
    [...hosts].map(([name, host]) => [
      name,
      {
        paused: host.spec.paused,
        underlay: hostUnderlay(host, vteps, site),
        bgp: hostBgp(objects, bgp, host, []),
        ...chosenBalancer(host),
      },
    ]),
  );
  const managed = [...objects.routers.values()].map(({ object }) => object).filter(({ spec }) => spec.managed);
  return {
    hosts,
    routers: new Map(
      managed.map((router) => [router.metadata.name, routerState(objects, router, routerBgp(objects, bgp, router))]),
    ),
    mtu: Math.min(...[...hosts.values()].map(({ spec }) => spec.mtu)) - vxlanOverhead,
    hostState: (name, networks, announce) => {
      const part = fixed.get(name);
      if (part === undefined) throw new RangeError(`Invariant: ${name} is a Host`);
      return {
        node: name,
        role: "Host",
        paused: part.paused,
        underlay: part.underlay,
        networks,
        bgp: { ...part.bgp, announce },
        ...(part.loadBalancer === undefined ? {} : { loadBalancer: part.loadBalancer }),
      };
    },
  };
}

/** The default is not said, so that it may change. */
const chosenBalancer = ({ spec: { loadBalancer } }: Host): Pick<HostState, "loadBalancer"> =>
  loadBalancer === undefined || loadBalancer === defaultLoadBalancer ? {} : { loadBalancer };

/** All tunnel end points, and both ends of all links; private ones need no list, since no rule leads there. */
function siteOf({ hosts, routers }: ObjectSet): readonly Ipv6[] {
  const links = [
    ...[...hosts.values()].flatMap(({ object }) => object.spec.uplinks),
    ...[...routers.values()].flatMap(({ object }) => object.spec.links),
  ];
  const all = [
    ...[...hosts.values()].map(({ object }) => object.spec.vtep),
    ...links.flatMap(({ localAddress, peerAddress }) => [localAddress, peerAddress]),
  ];
  return [...new Set(all)].filter((address) => prefixContains(internet, address)).toSorted(byText);
}

function hostUnderlay({ spec }: Host, vteps: readonly Ipv6[], site: readonly Ipv6[]): UnderlayState {
  return {
    vtep: spec.vtep,
    hostId: spec.id,
    tunnelPeers: vteps.toSpliced(vteps.indexOf(spec.vtep), 1),
    ...(site.length === 0 ? {} : { site }),
    externalInterfaces: [],
    ...(spec.nameServers === undefined ? {} : { nameServers: spec.nameServers }),
  };
}

function routerState(objects: ObjectSet, router: Router, bgp: BgpState): HostState {
  const external = router.spec.links.filter((link) => {
    const other = link.router === undefined ? undefined : objects.routers.get(link.router)?.object;
    return other !== undefined && isUpstream(router, other);
  });
  const externalInterfaces = [...new Set(external.map((link) => link.interface))].toSorted(byText);
  return {
    node: router.metadata.name,
    role: "Router",
    paused: router.spec.paused,
    underlay: { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces },
    networks: [],
    bgp,
  };
}
