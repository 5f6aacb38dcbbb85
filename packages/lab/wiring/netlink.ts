/**
 * Steps as messages to the kernel (rtnetlink(7)), so that no program is started for them. Pure. Numbers in a message are
 * in the machine's own order, which is little-endian wherever the lab runs; addresses are in the network's.
 */
import { broadcastOf, familyOf, ipNumber, ipParts, type IpAddress, type Mac } from "@netwright/base";
import type { LinkStep, LinkStepEnd, NodeStep } from "./steps.ts";

const types = { newLink: 16, newAddress: 20, newRoute: 24, newNeighbor: 28 };
/** REQUEST; what is made must not be there: CREATE and EXCL. */
const request = 0x1;
const create = request | 0x600;
const up = 0x1;

const u8 = (value: number): Buffer => Buffer.from([value]);

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

/** Length and type, the value, and zeros up to the next multiple of four. */
function attribute(type: number, ...values: readonly Buffer[]): Buffer {
  const length = values.reduce((sum, value) => sum + value.length, 4);
  const buffer = Buffer.alloc((length + 3) & ~3);
  buffer.writeUInt16LE(length, 0);
  buffer.writeUInt16LE(type, 2);
  let at = 4;
  for (const value of values) at += value.copy(buffer, at);
  return buffer;
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`, "latin1");
const macOctets = (mac: Mac): Buffer => Buffer.from(mac.replaceAll(":", ""), "hex");

const addressOctets = (address: IpAddress): Buffer =>
  Buffer.from(
    ipNumber(address)
      .toString(16)
      .padStart(familyOf(address) === "IPv4" ? 8 : 32, "0"),
    "hex",
  );

/** AF_INET and AF_INET6. */
const familyNumber = (address: IpAddress): number => (familyOf(address) === "IPv4" ? 2 : 10);

/** Without the sender's port, which the kernel fills in. The sequence number is the sender's to write. */
function message(type: number, flags: number, head: Buffer, attributes: readonly Buffer[]): Buffer {
  const length = attributes.reduce((sum, each) => sum + each.length, 16 + head.length);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags, 6);
  return Buffer.concat([header, head, ...attributes]);
}

/** struct ifinfomsg */
function linkHead(index: number, isUp: boolean): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(index, 4);
  head.writeUInt32LE(isUp ? up : 0, 8);
  head.writeUInt32LE(isUp ? up : 0, 12);
  return head;
}

const linkAttributes = { address: 1, name: 3, mtu: 4, master: 10, info: 18, namespacePid: 19 };

/** Kind, and what is particular to it. */
const linkInfo = (kind: string, data: readonly Buffer[]): Buffer =>
  attribute(linkAttributes.info, attribute(1, text(kind)), attribute(2, ...data));

const { name, address, mtu, master, namespacePid } = linkAttributes;

const endAttributes = (end: LinkStepEnd): readonly Buffer[] => [
  attribute(name, text(end.interface)),
  attribute(address, macOctets(end.mac)),
  attribute(mtu, u32(end.mtu)),
];

export interface LinkMessage {
  readonly data: Buffer;
  /** Where in it the pid of a process in the node of each end is to be written. */
  readonly pidAt: readonly [number, number];
}

/** The second end cannot be up from birth on: the first one is not there yet. */
export function encodeLink({ ends: [a, b] }: LinkStep): LinkMessage {
  const pid = attribute(namespacePid, u32(0));
  const bridge = a.bridge === null ? [] : [attribute(master, u32(a.bridge))];
  // Each ends with its pid, the second one's being the end of all.
  const first = [...endAttributes(a), ...bridge, pid];
  const peer = attribute(1, linkHead(b.index, false), ...endAttributes(b), pid);
  const data = message(types.newLink, create, linkHead(a.index, a.bridge !== null), [
    ...first,
    linkInfo("veth", [peer]),
  ]);
  const firstPid = 32 + first.reduce((sum, each) => sum + each.length, 0) - 4;
  return { data, pidAt: [firstPid, data.length - 4] };
}

const bridgeData = { forwardDelay: 1, spanningTree: 5, multicastSnooping: 23 };

export function encodeNodeStep(step: NodeStep): Buffer {
  switch (step.kind) {
    case "Bridge":
      return message(types.newLink, create, linkHead(step.index, true), [
        attribute(name, text(step.device)),
        linkInfo("bridge", [
          attribute(bridgeData.forwardDelay, u32(0)),
          attribute(bridgeData.spanningTree, u32(0)),
          attribute(bridgeData.multicastSnooping, u8(0)),
        ]),
      ]);
    case "Up":
      return message(types.newLink, request, linkHead(step.index, true), []);
    case "Join":
      return message(types.newLink, request, linkHead(step.index, true), [attribute(master, u32(step.bridge))]);
    case "Address":
      return encodeAddress(step);
    case "Neighbor":
      return encodeNeighbor(step);
    case "Route":
      return encodeRoute(step);
  }
}

/** NODAD: nobody else can have it. */
function encodeAddress({ address: given, index }: Extract<NodeStep, { kind: "Address" }>): Buffer {
  const parts = ipParts(given);
  const octets = addressOctets(parts.address);
  const broadcast = broadcastOf(given);
  const head = Buffer.concat([Buffer.from([familyNumber(parts.address), parts.length, 0, 0]), u32(index)]);
  return message(types.newAddress, create, head, [
    attribute(2, octets),
    attribute(1, octets),
    ...(broadcast === undefined ? [] : [attribute(4, addressOctets(broadcast))]),
    ...(parts.family === "IPv6" ? [attribute(8, u32(0x2))] : []),
  ]);
}

const permanent = 0x80;

function encodeNeighbor(step: Extract<NodeStep, { kind: "Neighbor" }>): Buffer {
  const head = Buffer.concat([u32(familyNumber(step.address)), u32(step.index), u32(permanent)]);
  return message(types.newNeighbor, create, head, [
    attribute(1, addressOctets(step.address)),
    attribute(2, macOctets(step.mac)),
  ]);
}

const [mainTable, bootProtocol, unicast] = [254, 3, 1];
/** Without a next hop, an IPv4 destination is on the link itself. */
const scopes = { universe: 0, link: 253 };

function encodeRoute({ to, via, index }: Extract<NodeStep, { kind: "Route" }>): Buffer {
  const parts = ipParts(to);
  const scope = via === null && parts.family === "IPv4" ? scopes.link : scopes.universe;
  const head = Buffer.concat([
    Buffer.from([familyNumber(parts.address), parts.length, 0, 0, mainTable, bootProtocol, scope, unicast]),
    u32(0),
  ]);
  return message(types.newRoute, create, head, [
    ...(parts.length === 0 ? [] : [attribute(1, addressOctets(parts.address))]),
    ...(via === null ? [] : [attribute(5, addressOctets(via))]),
    attribute(4, u32(index)),
  ]);
}
