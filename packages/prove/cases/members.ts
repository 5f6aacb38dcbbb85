/** Which port a client outside sends from to get to each member behind a public address. Pure. */
import type { Ipv6 } from "@netwright/base";
import type { ListenerKey, Probe } from "@netwright/contract";
import { entryHosts, portsToMembers, send, type Fabric, type Trace } from "@netwright/model";
import { pointKey } from "../classes/arrivals.ts";
import { memo } from "../classes/maps.ts";

export interface Member {
  readonly project: string;
  readonly network: string;
  readonly service: string;
  readonly instance: string;
  readonly sourcePort: number;
  /** That the member sees; the one of the public address where nothing is delivered. */
  readonly port: number;
}

export interface Members {
  readonly members: readonly Member[];
  /** What cannot be told of some, and why. */
  readonly omitted: readonly string[];
}

/** Empty where there is no listener. */
export type MembersAt = (at: Probe) => Members;

/** Above those that Linux gives to connections by itself (ip_local_port_range): there each is free to be chosen. */
const firstPort = 61_000;
const nobody: Members = { members: [], omitted: [] };

/** @param client undefined: its address is not known, and so are its members */
export function membersIn(fabric: Fabric, client: Ipv6 | undefined): MembersAt {
  const known = new Map<string, Members>();
  const hostsOf = memo((vip: Ipv6) => entryHosts(fabric, vip));
  return ({ protocol, destination, port }) => {
    if (client === undefined || protocol === "icmp") return nobody;
    const at: ListenerKey = { vip: destination, protocol, port };
    const found = known.get(pointKey(at)) ?? membersAt(fabric, hostsOf(destination), client, at);
    known.set(pointKey(at), found);
    return found;
  };
}

function membersAt(fabric: Fabric, hosts: readonly string[], client: Ipv6, at: ListenerKey): Members {
  const standing = hosts.flatMap((host) => listenersOn(fabric, host, at));
  const [first] = standing;
  if (first === undefined) return nobody;
  const { listener, project, network } = first;
  const of = { project, network, service: listener.service };
  const ports = portsToMembers(listener, client, firstPort);
  const members: Member[] = [];
  const unsure: string[] = [];
  for (const { instance } of listener.members) {
    const sourcePort = ports.get(instance);
    const target = sourcePort === undefined ? undefined : gets(fabric, hosts, client, at, sourcePort);
    if (sourcePort === undefined || target === undefined || (target.instance ?? instance) !== instance)
      unsure.push(instance);
    else members.push({ ...of, instance, sourcePort, port: target.port ?? at.port });
  }
  const omitted = unsure.length === 0 ? [] : [`hosts do not agree on who gets to ${unsure.join(", ")}`];
  return { members, omitted };
}

const listenersOn = (fabric: Fabric, host: string, at: ListenerKey) =>
  (fabric.nodes.get(host)?.networks ?? []).flatMap(({ project, name: network, loadBalancers }) =>
    loadBalancers.filter((each) => pointKey(each) === pointKey(at)).map((listener) => ({ listener, project, network })),
  );

/** The same at whichever host it comes in; undefined where that differs. */
function gets(
  fabric: Fabric,
  hosts: readonly string[],
  source: Ipv6,
  { vip, protocol, port }: ListenerKey,
  sourcePort: number,
): { readonly instance: string | undefined; readonly port: number | undefined } | undefined {
  const packet = { from: "internet", source, destination: vip, protocol, sourcePort, destinationPort: port } as const;
  const traces = hosts.map((host) => send(fabric, packet, host));
  const [first] = traces;
  const who = ({ deliveredTo }: Trace): string => deliveredTo?.instance ?? "";
  if (first === undefined || traces.some((each) => who(each) !== who(first))) return undefined;
  return { instance: first.deliveredTo?.instance, port: first.deliveredTo?.port };
}
