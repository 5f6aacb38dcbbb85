/** Frames for BPF_PROG_TEST_RUN: complete as far as the programs read, without checksums. */
import { parseMac, type Ipv6, type Mac } from "@netwright/base";
import { uplinkHostMac, uplinkTenantMac } from "@netwright/contract";
import { hexOfAddress, hexOfMac } from "./layout.ts";

export const protocols = { tcp: 6, udp: 17, icmpv6: 58 } as const;
/** Types of extension headers (RFC 8200 section 4). */
export const extensions = { hopByHop: 0, routing: 43, fragment: 44, options: 60 } as const;
export const flags = { syn: 0x02, ack: 0x10, synAck: 0x12 } as const;

export interface Flow {
  readonly client: Ipv6;
  readonly clientPort: number;
  readonly vip: Ipv6;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

const be16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

export interface Addressing {
  readonly to: Mac;
  readonly from: Mac;
}
const fromHost: Addressing = { to: uplinkTenantMac, from: uplinkHostMac };

export function packet(source: Ipv6, destination: Ipv6, next: number, payload: Buffer): Buffer {
  const header = Buffer.concat([
    Buffer.from([0x60, 0, 0, 0]),
    be16(payload.length),
    Buffer.from([next, 64]),
    Buffer.from(hexOfAddress(source) + hexOfAddress(destination), "hex"),
  ]);
  return Buffer.concat([header, payload]);
}

export const frame = (inner: Buffer, { to, from }: Addressing = fromHost): Buffer =>
  Buffer.concat([Buffer.from(`${hexOfMac(to)}${hexOfMac(from)}86dd`, "hex"), inner]);

export function transport(flow: Flow, tcpFlags: number = flags.ack): Buffer {
  const ports = Buffer.concat([be16(flow.clientPort), be16(flow.port)]);
  if (flow.protocol === "udp") return Buffer.concat([ports, be16(12), be16(0), Buffer.from("ping")]);
  return Buffer.concat([ports, Buffer.alloc(8), Buffer.from([0x50, tcpFlags]), be16(512), be16(0), be16(0)]);
}

/** Each extension header has as many octets more than 8 as are said, in units of 8. */
export function extended(
  kinds: readonly (readonly [kind: number, more: number])[],
  last: number,
  payload: Buffer,
): readonly [number, Buffer] {
  return kinds
    .toReversed()
    .reduce<readonly [number, Buffer]>(
      ([next, rest], [kind, more]) => [
        kind,
        Buffer.concat([Buffer.from([next, more]), Buffer.alloc(6 + 8 * more), rest]),
      ],
      [last, payload],
    );
}

export const ofFlow = (flow: Flow, tcpFlags?: number, addressing?: Addressing): Buffer =>
  frame(packet(flow.client, flow.vip, protocols[flow.protocol], transport(flow, tcpFlags)), addressing);

/** An ICMPv6 error from a router about a packet that the VIP sent to the client. */
export function errorAbout(flow: Flow, router: Ipv6, type: number): Buffer {
  const reply = { ...flow, clientPort: flow.port, port: flow.clientPort };
  const quoted = packet(flow.vip, flow.client, protocols[flow.protocol], transport(reply));
  return frame(
    packet(router, flow.vip, protocols.icmpv6, Buffer.concat([Buffer.from([type, 0]), Buffer.alloc(6), quoted])),
  );
}

const macAt = (data: string, octet: number): Mac =>
  parseMac((data.slice(2 * octet, 2 * octet + 12).match(/../g) ?? []).join(":"));
export const destinationOf = (data: string): Mac => macAt(data, 0);
export const sourceOf = (data: string): Mac => macAt(data, 6);
export const behindMacs = (data: string): string => data.slice(24);
