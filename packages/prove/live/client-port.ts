/** A client that a load balancer puts into a certain slot. */
import { parseIpv6 } from "@netwright/base";
import type { ExamplePacket } from "@netwright/api";
import type { ListenerKey } from "@netwright/contract";
import { maglevSlot } from "@netwright/model";

/** RFC 3849: the documentation prefix. */
const client = parseIpv6("2001:db8:f::1");
const ports = new Map<number, number>();

/** There are sixty times as many ports as slots; one without any is shown by no packet. */
export function packetInSlot(slot: number, { vip, protocol, port }: ListenerKey): ExamplePacket | null {
  if (ports.size === 0) for (let at = 1024; at < 65_536; at++) ports.set(maglevSlot(client, at), at);
  const sourcePort = ports.get(slot);
  if (sourcePort === undefined) return null;
  return { source: client, sourcePort, destination: vip, destinationPort: port, protocol };
}

export const exampleText = (packet: ExamplePacket | null): string | null =>
  packet === null
    ? null
    : `${packet.protocol} [${packet.source}]:${packet.sourcePort} to [${packet.destination}]:${packet.destinationPort}`;

export const listenerText = ({ vip, protocol, port }: ListenerKey): string => `[${vip}]:${port}/${protocol}`;
