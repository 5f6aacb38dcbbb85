/** Which member a load balancer's table gives to a client. */
import type { Ipv6 } from "@netwright/base";
import { maglevTable, type LoadBalancer, type LoadBalancerMember } from "@netwright/contract";
import { maglevSlot } from "./jhash.ts";

const tables = new WeakMap<readonly LoadBalancerMember[], Uint16Array>();

/** The slot of a client, and the member in it: undefined when there is none. */
export function choose(
  listener: LoadBalancer,
  client: Ipv6,
  port: number,
): { readonly slot: number; readonly member: LoadBalancerMember | undefined } {
  const slot = maglevSlot(client, port);
  return { slot, member: listener.members[tableOf(listener.members)[slot] ?? 0] };
}

/** A client port that leads to each member, by instance: for examples and probes. Every member has a slot. */
export function portsToMembers(listener: LoadBalancer, client: Ipv6, first: number): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (let port = first; port < 65_536 && ports.size < listener.members.length; port++) {
    const { member } = choose(listener, client, port);
    if (member !== undefined && !ports.has(member.instance)) ports.set(member.instance, port);
  }
  return ports;
}

function tableOf(members: readonly LoadBalancerMember[]): Uint16Array {
  const known = tables.get(members);
  if (known !== undefined) return known;
  const table = maglevTable(members.map(({ instance }) => instance));
  tables.set(members, table);
  return table;
}
