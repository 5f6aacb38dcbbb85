/** What load balancers count, whichever driver has the slot. */
import type { Driver, HostState, ListenerKey } from "@netwright/contract";
import { NftListenerMeter } from "./load-balancer-nftables/index.ts";

/** Since the listener was set up here; all only rise. */
export interface ListenerUsage extends ListenerKey {
  readonly project: string;
  readonly service: string;
  readonly packets: number;
  readonly octets: number;
  /** Packets for which a member was picked anew. */
  readonly flows: number;
}

/** Kept from look to look: it may hold what answers without a process being started. */
export interface ListenerMeter {
  /** Listeners that could be read. */
  read(state: HostState): Promise<readonly ListenerUsage[]>;
  close(): void;
}

/** One line per driver that counts. */
const meters: Readonly<Record<string, () => ListenerMeter>> = {
  nftables: () => new NftListenerMeter(),
};

/** Undefined where the driver of the slot counts nothing. */
export function listenerMeter(drivers: readonly Driver[]): ListenerMeter | undefined {
  const driver = drivers.find(({ slot }) => slot === "loadBalancer");
  return meters[driver?.name ?? ""]?.();
}
