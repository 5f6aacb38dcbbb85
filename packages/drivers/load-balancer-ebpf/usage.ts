/** Counters of listeners, from the kernel's map: asked of the kept loader, which answers for all of them at once. */
import type { HostState, NodeSystem } from "@netwright/contract";
import type { ListenerMeter, ListenerUsage } from "../load-balancer-usage.ts";
import { listenerKey, parseListener, type Octets } from "./layout.ts";
import { loaderOf } from "./loader.ts";

/** As `native/balancer/README.md` has them. */
const [packets, octets, flows] = [0, 1, 2];

export class EbpfListenerMeter implements ListenerMeter {
  readonly #system: NodeSystem;

  constructor(system: NodeSystem) {
    this.#system = system;
  }

  async read({ networks }: HostState): Promise<readonly ListenerUsage[]> {
    const balanced = networks.flatMap(({ project, loadBalancers }) =>
      loadBalancers.map(({ service, vip, protocol, port }) => ({ project, service, vip, protocol, port })),
    );
    const loader = loaderOf(this.#system);
    if (balanced.length === 0 || (await loader.adopt()) === undefined) return [];
    const [listeners] = await loader.ask([{ op: "dump", map: "listeners" }]);
    if (!Array.isArray(listeners)) return [];
    const indexes = new Map(
      (listeners as [Octets, Octets][]).map(([key, value]) => [key, parseListener(value).counters]),
    );
    const known = balanced.flatMap((listener) => {
      const index = indexes.get(listenerKey(listener));
      return index === undefined ? [] : [{ listener, index }];
    });
    const answers = await loader.ask(known.map(({ index }) => ({ op: "counters", from: index, count: 1 })));
    return known.flatMap(({ listener }, at) => {
      const answer = answers[at];
      const counted = Array.isArray(answer) ? (answer[0] as readonly number[] | undefined) : undefined;
      if (counted === undefined) return [];
      const number = (place: number): number => counted[place] ?? 0;
      return [{ ...listener, packets: number(packets), octets: number(octets), flows: number(flows) }];
    });
  }

  /** The loader is the driver's, which needs it still. */
  close(): void {}
}
