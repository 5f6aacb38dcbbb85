/** The answers of one network: from its resolver's socket into the sets of its namespace. */
import { access } from "node:fs/promises";
import { messageOf, type DomainPattern, type Instant, type Ipv6, type Log, type Milliseconds } from "@netwright/base";
import { networkNamespace, type AnsweredAddress, type NetworkState, type NodeSystem } from "@netwright/contract";
import {
  mostAnswers,
  readAdmissions,
  renderAdmissions,
  type Admission,
} from "@netwright/drivers/firewall-nftables/index.ts";
import { KeptNft } from "@netwright/drivers/nftables/kept-process.ts";
import { layoutOf } from "@netwright/drivers/resolver-unbound/layout.ts";
import { admit } from "./admit.ts";
import { parseAnswer } from "./answer.ts";
import { listenForAnswers, type AnswersSocket } from "./answers-socket.ts";
import { KnownAnswers } from "./known-answers.ts";

export interface AnswerOptions {
  readonly system: NodeSystem;
  readonly log: Log;
  /** What is told has changed. */
  readonly onNews: () => void;
  readonly grace?: Milliseconds;
}

/** What answers may lead to now. */
export interface Rules {
  readonly patterns: readonly DomainPattern[];
  /** Addresses of the site's own, which no name can open. */
  readonly site: ReadonlySet<Ipv6>;
}

export class NetworkAnswers {
  #rules: Rules = { patterns: [], site: new Set() };
  #server: AnswersSocket | undefined;
  /** Who may speak there. */
  #group: number | null = null;
  /** Sets may be new, and lack what is good still. */
  #isOwed = false;
  /** One after the other: an answer that brings nothing new waits for the one that did. */
  #last: Promise<void> = Promise.resolve();
  readonly #known: KnownAnswers;
  readonly #nft: KeptNft;
  readonly #network: Pick<NetworkState, "project" | "name" | "vni">;
  readonly #options: AnswerOptions;

  constructor(network: Pick<NetworkState, "project" | "name" | "vni">, options: AnswerOptions) {
    this.#network = network;
    this.#options = options;
    this.#known = new KnownAnswers(mostAnswers, options.grace);
    this.#nft = new KeptNft(networkNamespace(network));
  }

  follow(rules: Rules): void {
    this.#known.keepOnly(rules.patterns);
    this.#rules = rules;
    void this.#then(async () => {
      this.#known.adopt(await readAdmissions(this.#options.system, this.#network, rules.patterns), this.#now());
      await this.#listen();
    });
  }

  /** @param renewed the namespace or its sets may be new: all that is good still goes in again */
  restore(renewed: boolean): void {
    this.#isOwed ||= renewed;
    void this.#then(async () => {
      await this.#listen();
      if (!this.#isOwed) return;
      this.#nft.close();
      const live = this.#known.live(this.#now());
      // Where the sets are not there yet, the round that makes them comes back to it.
      const refused = await admit(live, this.#load);
      if (refused !== undefined) throw refused.reason;
      this.#isOwed = false;
    });
  }

  told(): readonly AnsweredAddress[] {
    const now = this.#options.system.clock.now();
    return this.#known.told(this.#now()).map(({ name, address, left }) => ({
      name,
      address,
      live: left > 0,
      ...(left > 0 ? { goodUntil: (now + left) as Instant } : {}),
    }));
  }

  async close(): Promise<void> {
    await this.#last;
    this.#server?.close();
    this.#nft.close();
  }

  #then(step: () => Promise<void>): Promise<void> {
    const { log } = this.#options;
    const network = `${this.#network.project}/${this.#network.name}`;
    this.#last = this.#last.then(step).catch((error: unknown) => {
      log.warn("answers were not taken", { network, error: messageOf(error) });
    });
    return this.#last;
  }

  #take(line: string): Promise<void> {
    const answer = parseAnswer(line);
    if (answer === undefined) return Promise.resolve();
    return this.#then(async () => {
      const { patterns, site } = this.#rules;
      const addresses = answer.addresses.filter((address) => !site.has(address));
      const before = this.#known.names;
      const news = this.#known.take({ ...answer, addresses }, patterns, this.#now());
      try {
        await this.#admit(news);
      } finally {
        if (news.length > 0 || this.#known.names > before) this.#options.onNews();
      }
    });
  }

  /** Those that nft refuses are tried again with the next answer. */
  async #admit(admissions: readonly Admission[]): Promise<void> {
    const refused = await admit(admissions, this.#load).catch((error: unknown) => {
      this.#known.unlearn(admissions);
      throw error;
    });
    this.#known.unlearn(refused?.admissions ?? []);
    if (refused !== undefined) throw refused.reason;
  }

  readonly #load = (admissions: readonly Admission[]): Promise<void> => this.#nft.load(renderAdmissions(admissions));

  /** Somebody may have taken the socket away with its directory; resolvers may have got their group only now. */
  async #listen(): Promise<void> {
    const path = layoutOf(this.#options.system.paths, this.#network.vni).answers;
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    const group = await resolverGroup(this.#options.system.files);
    if (isThere && this.#server !== undefined && group === this.#group) return;
    this.#server?.close();
    this.#server = await listenForAnswers(path, group, (line) => this.#take(line));
    this.#group = group;
  }

  #now(): Milliseconds {
    return this.#options.system.clock.monotonic();
  }
}

/** The user that resolvers run as has a group of the same name (group(5)). Null where the node has none. */
async function resolverGroup(files: NodeSystem["files"]): Promise<number | null> {
  const line = ((await files.read("/etc/group")) ?? "").split("\n").find((each) => each.startsWith("unbound:"));
  const id = Number(line?.split(":")[2]);
  return line === undefined || !Number.isInteger(id) ? null : id;
}
