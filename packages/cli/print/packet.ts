import type { ExamplePacket } from "@netwright/api";

export function packetText({ source, sourcePort, destination, destinationPort, name }: ExamplePacket): string {
  const asked = name === undefined ? "" : ` as ${name}`;
  return `[${source}]:${sourcePort} -> [${destination}]:${destinationPort}${asked}`;
}
