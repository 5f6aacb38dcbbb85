/** The data path as a pure program over packets, built from the states of all nodes. */
export * from "./choose.ts";
export * from "./egress-rules.ts";
export { buildFabric, type Answered, type Fabric } from "./fabric.ts";
export * from "./flows.ts";
export * from "./jhash.ts";
export { entryHosts, entryHostsBeyond, send } from "./send.ts";
export type { Delivered, Hop, Packet, PacketFrom, Trace, Verdict } from "./trace.ts";
