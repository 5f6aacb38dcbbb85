/** What load balancers count, whichever driver has the slot. */
import type { HostState, ListenerKey, NodeSystem } from "@netwright/contract";
import { EbpfListenerMeter } from "./load-balancer-ebpf/usage.ts";
import { NftListenerMeter } from "./load-balancer-nftables/usage.ts";

/** Since the listener was set up here; all only rise. */
export interface ListenerUsage extends ListenerKey {
  readonly project: string;
  readonly service: string;
  readonly packets: number;
  readonly octets: number;
  /** New ones: SYNs that begin one, or packets for which a member was picked anew. */
  readonly flows: number;
}

/** Kept from look to look: it may hold what answers without a process being started. */
export interface ListenerMeter {
  /** Listeners that could be read. */
  read(state: HostState): Promise<readonly ListenerUsage[]>;
  close(): void;
}

/** One line per driver that counts. */
const meters: Readonly<Record<string, (system: NodeSystem) => ListenerMeter>> = {
  ebpf: (system) => new EbpfListenerMeter(system),
  nftables: () => new NftListenerMeter(),
};

/** Undefined where the driver of that name counts nothing. */
export const listenerMeter = (driver: string, system: NodeSystem): ListenerMeter | undefined =>
  meters[driver]?.(system);
