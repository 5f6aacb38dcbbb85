/** Steps as `ip` would take them: for messages, for people, and as what others would do. Always `dev X` and `name X`: bare names may be keywords to ip. Pure. */
import { broadcastOf, ipParts } from "@netwright/base";
import { bridgeDevice, type Topology } from "../topology/topology.ts";
import { isSwitchOf, linkSteps, nodeSteps, type LinkStep, type LinkStepEnd, type NodeStep } from "./steps.ts";

/** All that wires a topology, node by node. */
export function wiringText(topology: Topology): string {
  const isSwitch = isSwitchOf(topology);
  const lines = topology.nodes.flatMap((node) => {
    const { before, after } = nodeSteps(node, isSwitch);
    return [`# ${node.name}`, ...[...before, ...after].map(nodeStepText)];
  });
  return ["# links", ...linkSteps(topology).map((step) => linkText(step)), ...lines, ""].join("\n");
}

/** @param namespace what `ip` calls that of a node. */
export function linkText({ ends: [a, b] }: LinkStep, namespace: (node: string) => string = (node) => node): string {
  const end = (each: LinkStepEnd) =>
    `name ${each.interface} address ${each.mac} mtu ${each.mtu} netns ${namespace(each.node)}`;
  return `link add ${end(a)} type veth peer ${end(b)}`;
}

/** No spanning tree and no snooping: ports forward at once, and only what nodes send is seen. */
export function nodeStepText(step: NodeStep): string {
  const { device } = step;
  switch (step.kind) {
    case "Bridge":
      return `link add name ${device} up type bridge forward_delay 0 stp_state 0 mcast_snooping 0`;
    case "Up":
      return `link set dev ${device} up`;
    case "Join":
      return `link set dev ${device} master ${bridgeDevice} up`;
    case "Address": {
      const broadcast = broadcastOf(step.address);
      if (broadcast !== undefined) return `addr add ${step.address} brd ${broadcast} dev ${device}`;
      return `addr add ${step.address} dev ${device}${ipParts(step.address).family === "IPv6" ? " nodad" : ""}`;
    }
    case "Neighbor":
      return `neigh add ${step.address} lladdr ${step.mac} dev ${device} nud permanent`;
    case "Route":
      return `route add ${step.to}${step.via === null ? "" : ` via ${step.via}`} dev ${device}`;
  }
}

/** One step of a topology. @param part `links`, or `before` or `after` of a node @param number from 1 on */
export function stepText(topology: Topology, node: string, part: string, number: number): string {
  const link = part === "links" ? linkSteps(topology)[number - 1] : undefined;
  if (link !== undefined) return linkText(link);
  const found = topology.nodes.find(({ name }) => name === node);
  const steps = found === undefined ? undefined : nodeSteps(found, isSwitchOf(topology));
  const step = part === "before" || part === "after" ? steps?.[part][number - 1] : undefined;
  return step === undefined ? "a step" : nodeStepText(step);
}
