/** One listener over TCP and UDP with members 1 to 5, of which 1 is on this host; slots that moved know who had them before. */
import { parseIpv6, type Mac } from "@netwright/base";
import { maglevSlot } from "@netwright/model";
import { maglevTable, tunnelMac, workloadMac } from "@netwright/contract";
import { protocols, type Flow } from "./frames.ts";
import {
  deliveryKey,
  index,
  listenerKey,
  listenerValue,
  macValue,
  noTable,
  tableValue,
  type Listener,
} from "./layout.ts";
import type { Loader } from "./loader.ts";

export const vip = parseIpv6("2001:db8:100::5");
export const client = parseIpv6("2001:db8:f::2");
export const port = 443;
export const [here, there] = [tunnelMac(1), tunnelMac(2)];
export const names = ["web-1", "web-2", "web-3", "web-4", "web-5"] as const;
export const macOf = (member: number) => workloadMac(3, member);
export const tcp = (clientPort: number): Flow => ({ client, clientPort, vip, port, protocol: "tcp" });
export const udp = (clientPort: number): Flow => ({ ...tcp(clientPort), protocol: "udp" });

export const listeners = {
  tcp: { vip, protocol: protocols.tcp, port },
  udp: { vip, protocol: protocols.udp, port },
} as const;
const addressEntry: Listener = { vip, protocol: 0, port: 0 };
/** Where counters are. */
export const counted = { host: 0, tcp: 1, udp: 2, address: 3 } as const;
/** Any device: what a test run redirects goes nowhere. */
const anyDevice = 9;

/** Of one moment: who takes new flows in a slot. */
export const chosen = (members: readonly number[]): ((slot: number) => number) => {
  const table = maglevTable(members.map((member) => names[member - 1] as string));
  return (slot) => members[table[slot] ?? -1] ?? 0;
};

/** Slots as they come of a history, the present first: members that stand twice stand once, where they are younger. */
export const bucketsOf = (history: readonly (readonly number[])[]): ((slot: number) => readonly number[]) => {
  const moments = history.map(chosen);
  return (slot) => {
    const [now = 0, ...before] = moments.map((moment) => moment(slot));
    return [now, ...new Set(before.filter((member) => member !== now && member !== 0))];
  };
};

let table = 0;
/** Members of the listener from now on. */
export async function setBuckets(
  loader: Loader,
  bucket: (slot: number) => readonly number[],
  tunnel = anyDevice,
): Promise<void> {
  table = (table + 1) % 8;
  await loader.ask("write", { map: "tables", entries: [[index(table), tableValue(bucket)]] });
  const entries = (["tcp", "udp"] as const).map((protocol) => [
    listenerKey(listeners[protocol]),
    listenerValue(table, counted[protocol], tunnel),
  ]);
  await loader.ask("write", {
    map: "listeners",
    entries: [...entries, [listenerKey(addressEntry), listenerValue(noTable, counted.address, tunnel)]],
  });
}

export async function setScene(loader: Loader): Promise<void> {
  await loader.ask("write", { map: "host", entries: [[index(0), macValue(here)]] });
  const members = names.map((_, at) => [index(at + 1), macValue(macOf(at + 1))]);
  await loader.ask("write", { map: "members", entries: members });
  const local = Object.values(listeners).map((listener) => [deliveryKey(listener, macOf(1)), index(1)]);
  await loader.ask("write", { map: "deliveries", entries: local });
  await setBuckets(loader, bucketsOf([[1, 2, 3, 4, 5]]));
}

/** TC_ACT_* (linux/pkt_cls.h). */
export const action = { pass: 0, drop: 2, redirect: 7 } as const;

/** A tunnel MAC that says which place of the bucket was tried. */
export const asking = (mac: Mac, tried: number): Mac => mac.replace(/^(..:..:..):../, `$1:0${tried}`) as Mac;

/** The first client port whose slot is asked for. */
export function portWhere(wanted: (slot: number) => boolean): number {
  for (let clientPort = 1024; ; clientPort++) if (wanted(maglevSlot(client, clientPort))) return clientPort;
}
