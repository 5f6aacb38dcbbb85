/**
 * Keeps the sets of rules by name filled with what resolvers of networks here answer. All that it remembers the kernel
 * holds too; without it names are answered all the same, and the firewall stays as it is.
 */
import { messageOf } from "@netwright/base";
import {
  patternsOf,
  siteAddresses,
  type HostState,
  type NetworkReport,
  type NetworkState,
  type Slot,
} from "@netwright/contract";
import { NetworkAnswers, type AnswerOptions, type Rules } from "./network-answers.ts";

/** Told of one network. */
const most = 100;

export class AnswerKeeper {
  /** By VNI. */
  readonly #networks = new Map<number, NetworkAnswers>();
  /** By VNI: what was last followed, as text. */
  readonly #followed = new Map<number, string>();
  #last: Promise<void> = Promise.resolve();
  readonly #options: AnswerOptions;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  /** Networks without rules by name cost nothing. */
  want(state: HostState): void {
    this.#last = this.#last
      .then(() => this.#follow(state))
      .catch((error: unknown) => this.#options.log.warn("answers are not followed", { error: messageOf(error) }));
  }

  /** After a round. @param slots that it changed: links and firewalls are what answers go into */
  restore(slots: ReadonlySet<Slot>): void {
    const renewed = slots.has("links") || slots.has("firewall");
    for (const network of this.#networks.values()) network.restore(renewed);
  }

  /** What is reported of networks, with what they may reach by name now. */
  reports(networks: readonly NetworkReport[], state: HostState | undefined): readonly NetworkReport[] {
    if (this.#networks.size === 0) return networks;
    return networks.map((report) => {
      const vni = state?.networks.find(({ project, name }) => project === report.project && name === report.name)?.vni;
      const answered = (vni === undefined ? undefined : this.#networks.get(vni))?.told() ?? [];
      const shown = answered.toSorted((one, other) => Number(other.live) - Number(one.live)).slice(0, most);
      return shown.length === 0 ? report : { ...report, answered: shown };
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await this.#last;
    await Promise.all([...this.#networks.values()].map((network) => network.close()));
  }

  async #follow(state: HostState): Promise<void> {
    const named = state.networks.filter((network) => patternsOf(network).length > 0);
    for (const [vni, network] of this.#networks) {
      if (named.some((each) => each.vni === vni)) continue;
      this.#networks.delete(vni);
      this.#followed.delete(vni);
      await network.close();
    }
    for (const network of named) this.#followOne(network, rulesOf(state, network));
  }

  #followOne(network: NetworkState, rules: Rules): void {
    const text = JSON.stringify([rules.patterns, ...rules.site]);
    if (this.#followed.get(network.vni) === text) return;
    const known = this.#networks.get(network.vni) ?? new NetworkAnswers(network, this.#options);
    this.#networks.set(network.vni, known);
    known.follow(rules);
    this.#followed.set(network.vni, text);
  }
}

/** Whoever answers that a name is at the site's own addresses does not open the way there. */
const rulesOf = (state: HostState, network: NetworkState): Rules => ({
  patterns: patternsOf(network),
  site: siteAddresses(state),
});
