/** Counters of listeners, from one nft that is kept per tenant namespace: no process is started to read them. */
import { networkNamespace, nftTable, type HostState, type LoadBalancer, type NetworkState } from "@netwright/contract";
import { KeptNft } from "../nftables/kept-process.ts";
import { parseTable, type TableHave } from "../nftables/parse.ts";
import type { ListenerMeter, ListenerUsage } from "../load-balancer-usage.ts";
import { ruleNameOf } from "../nftables/table.ts";
import { listenerName } from "./render.ts";

export class NftListenerMeter implements ListenerMeter {
  readonly #kept = new Map<string, KeptNft>();
  readonly #start: (netns: string) => KeptNft;

  constructor(start = (netns: string): KeptNft => new KeptNft(netns, "-t")) {
    this.#start = start;
  }

  async read({ networks }: HostState): Promise<readonly ListenerUsage[]> {
    const balancing = networks.filter(({ loadBalancers }) => loadBalancers.length > 0);
    const wanted = new Set(balancing.map(networkNamespace));
    for (const [netns, nft] of this.#kept) {
      if (wanted.has(netns)) continue;
      nft.close();
      this.#kept.delete(netns);
    }
    return (await Promise.all(balancing.map((network) => this.#network(network)))).flat();
  }

  close(): void {
    for (const nft of this.#kept.values()) nft.close();
    this.#kept.clear();
  }

  async #network(network: NetworkState): Promise<readonly ListenerUsage[]> {
    const netns = networkNamespace(network);
    const nft = this.#kept.get(netns) ?? this.#start(netns);
    this.#kept.set(netns, nft);
    const answer = await nft.list(`list table netdev ${nftTable}`).catch(() => undefined);
    if (answer !== undefined) return listenersIn(network, parseTable(answer));
    // It may stand in a namespace that was replaced: the next look starts another.
    nft.close();
    return [];
  }
}

/** Pure. */
export function listenersIn(
  { project, loadBalancers }: Pick<NetworkState, "project" | "loadBalancers">,
  { chains }: TableHave,
): readonly ListenerUsage[] {
  return loadBalancers.flatMap((balancer) => {
    const rules = chains.get(`listener_${listenerName(balancer)}`)?.rules ?? [];
    const [stay, pick] = ["stay", "pick"].map((name) => rules.find(({ comment }) => ruleNameOf(comment) === name));
    if (stay === undefined || pick === undefined) return [];
    return [
      {
        project,
        ...keyOf(balancer),
        packets: stay.packets + pick.packets,
        octets: stay.bytes + pick.bytes,
        flows: pick.packets,
      },
    ];
  });
}

const keyOf = ({ service, vip, protocol, port }: LoadBalancer) => ({ service, vip, protocol, port });
