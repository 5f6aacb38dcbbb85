/** Commands that make, set right and take away links. Pure. */
import { vxlanPort } from "@netwright/contract";
import type { LinkEnd, LinkWant } from "./link.ts";
import type { LinkHave } from "./parse.ts";

/** The command and the namespace in which it must run. */
export function renderCreate(link: LinkWant): { readonly netns: LinkEnd["netns"]; readonly line: string } {
  if (link.kind === "Vxlan") {
    const { netns, name, mac, mtu, vni, local } = link;
    // Made by the node for another namespace: the socket, and with it underlay routing, stay with the node.
    const tunnel = `id ${vni} local ${local} dstport ${vxlanPort} nolearning udp6zerocsumtx udp6zerocsumrx`;
    return { netns: null, line: `link add name ${name} netns ${netns} address ${mac} mtu ${mtu} type vxlan ${tunnel}` };
  }
  const [end, peer] = link.ends;
  const line = `link add ${renderEnd(end)} type veth peer ${renderEnd(peer)} netns ${peer.netns}`;
  return { netns: end.netns, line };
}

const renderEnd = ({ name, mac, mtu }: LinkEnd): string => `name ${name} address ${mac} mtu ${mtu}`;

/** What a link that exists still needs; `have` is undefined for one that was just made. */
export function renderSettings(end: LinkEnd, have: LinkHave | undefined): readonly string[] {
  const { name, mac, mtu } = end;
  return [
    ...(have === undefined || have.mac === mac ? [] : [`link set dev ${name} address ${mac}`]),
    ...(have === undefined || have.mtu === mtu ? [] : [`link set dev ${name} mtu ${mtu}`]),
    // Before `up`, when the kernel would make an address of its own.
    ...(have?.quiet === true ? [] : [`link set dev ${name} addrgenmode none`]),
    ...(have?.up === true ? [] : [`link set dev ${name} up`]),
  ];
}
