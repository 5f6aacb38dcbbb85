/** What is wrong with one network, whatever it is used for. Looked for once for each network that changed. */
import { hostPrefix, prefixContains } from "@netwright/base";
import { workloadMac, type EgressEntry, type Origin } from "@netwright/contract";
import { identityOfWorkload, localsOf, type Local, type Network } from "../classes/network.ts";
import { kept } from "../classes/network-edges.ts";
import { flaw, type Flaw } from "../clauses/judgement.ts";
import { idleEgress, type Idle } from "./idle-egress.ts";

const placeOf = ({ node, state }: Local): string => `${node} ${state.project}.${state.name}`;

/** The first flaw that is found. */
const first = (find: (network: Network) => Generator<Flaw>) =>
  kept((network): Flaw | null => find(network).next().value ?? null);

export const forgery = first(function* (network) {
  const owners = new Map<string, string>();
  const classes = new Map<number, string>();
  for (const local of localsOf(network)) {
    const { state, underlay } = local;
    for (const workload of state.workloads) {
      const { id, address, mac, class: cls, number, service, tier } = workload;
      const identity = identityOfWorkload(workload);
      if (!prefixContains(state.prefix, address))
        yield flaw(`${id} has ${address}, which is not in ${state.prefix} of ${placeOf(local)}`);
      if (identity.host !== underlay.hostId)
        yield flaw(`${id} is on ${local.node} and has ${address}, an address of host ${identity.host}`);
      if (identity.class !== cls || identity.number !== number)
        yield flaw(
          `${id} is number ${number} of class ${cls} and has ${address}, an address of number ${identity.number} of class ${identity.class}`,
        );
      if (mac !== workloadMac(cls, number))
        yield flaw(`${id} has MAC ${mac}, which is not that of its class and number`);
      const owner = owners.get(address);
      if (owner !== undefined) yield flaw(`${owner} and ${id} have one address, ${address}`);
      owners.set(address, id);
      const name = `${service}/${tier}`;
      const other = classes.get(cls) ?? name;
      if (other !== name) yield flaw(`${other} and ${name} are one class, ${cls}, in network ${network.name}`);
      classes.set(cls, name);
    }
  }
});

export const mixture = first(function* (network) {
  for (const local of localsOf(network)) {
    const { project, name } = local.state;
    if (project !== network.project || name !== network.name)
      yield flaw(
        `${local.node} has ${project}.${name} and others have ${network.project}.${network.name} in one tunnel network, VNI ${network.vni}`,
      );
  }
  for (const [node, locals] of network.locals)
    if (locals.length > 1) yield flaw(`${node} has VNI ${network.vni} twice`);
});

/** Packets for a host that sends them on could go round. */
export const loops = first(function* (network) {
  for (const local of localsOf(network)) {
    for (const tunnel of local.state.tunnels) {
      const [there] = network.locals.get(tunnel.host) ?? [];
      if (there !== undefined && there.underlay.hostId !== tunnel.hostId)
        yield flaw(
          `${placeOf(local)} sends what is for host ${tunnel.hostId} to ${tunnel.host}, which is host ${there.underlay.hostId} and sends it on`,
        );
      if (tunnel.hostId === local.underlay.hostId) yield flaw(`${placeOf(local)} has a tunnel to itself`);
    }
  }
});

/** Each host that has the network leads to all others that have it, and to no others. */
export const tunnelHoles = first(function* (network) {
  for (const local of localsOf(network)) {
    const { tunnels } = local.state;
    const hosts = new Set<string>();
    for (const { host, vtep } of tunnels) {
      const [there] = network.locals.get(host) ?? [];
      if (there === undefined) yield flaw(`${placeOf(local)} has a tunnel to ${host}, which does not have the network`);
      else if (there.underlay.vtep !== vtep)
        yield flaw(`${placeOf(local)} has a tunnel to ${vtep} for ${host}, which is at ${there.underlay.vtep}`);
      hosts.add(host);
    }
    if (hosts.size === network.locals.size - 1 && !hosts.has(local.node)) continue;
    const missing = [...network.locals.keys()].find((node) => node !== local.node && !hosts.has(node));
    if (missing !== undefined) yield flaw(`${placeOf(local)} has no tunnel to ${missing}`);
  }
});

/** Rules that no packet can use. */
export const deadRules = first(function* (network) {
  for (const local of localsOf(network)) {
    const { policy, deliveries, workloads, egress = [] } = local.state;
    const classes = new Set(workloads.map((each) => identityOfWorkload(each).class));
    const addresses = new Map(workloads.map((each) => [each.address, each]));
    for (const entry of policy)
      if (!classes.has(entry.from) && !classes.has(entry.to))
        yield dead(
          local,
          `from class ${entry.from} to class ${entry.to} at ${entry.protocol} port ${entry.port} is about nobody there`,
          entry.origin,
        );
    for (const { instance, address, mac, origin } of deliveries) {
      const workload = addresses.get(address);
      if (workload === undefined)
        yield dead(local, `a delivery to ${instance} leads to ${address}, which nobody has there`, origin);
      else if (workload.mac !== mac)
        yield dead(local, `a delivery to ${instance} is for MAC ${mac}, which nobody has there`, origin);
    }
    for (const entry of egress)
      if (!classes.has(entry.from))
        yield dead(local, `egress of class ${entry.from} to ${entry.to} is about nobody there`, entry.origin);
    const idle = idleEgress(egress);
    if (idle !== undefined) yield idleFlaw(local, idle);
  }
});

const dead = (local: Local, what: string, origin: Origin): Flaw =>
  flaw(`on ${placeOf(local)}, the rule ${what}`, origin);

function idleFlaw(local: Local, { entry, others }: Idle): Flaw {
  const what = `for egress of class ${entry.from} to ${entry.to} at ${entry.protocol} port ${entry.port}`;
  return flaw(
    `on ${placeOf(local)}, the rule ${what} adds nothing to ${others.map(({ to }) => to).join(" and ")}`,
    entry.origin,
    ...others.map(({ origin }) => origin),
  );
}

/** Who keeps the address that replies to egress come back to, by network: entries with the host that they stand on. */
export const sourcesOf = kept((network): readonly { readonly local: Local; readonly entry: EgressEntry }[] => {
  const found = new Map<string, { readonly local: Local; readonly entry: EgressEntry }>();
  for (const local of localsOf(network))
    for (const entry of local.state.egress ?? [])
      found.set(`${local.node} ${hostPrefix(entry.source)}`, { local, entry });
  return [...found.values()];
});
