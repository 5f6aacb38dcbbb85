/**
 * The state that every node should be in, with a revision per node that rises only when the bytes change. Revision
 * and hash are stored before a state is shown, so that a revision never means two states, whenever the server dies.
 */
import { createHash } from "node:crypto";
import type { NodeState } from "@netwright/api";
import type { HostState, Store, StoreWrite } from "@netwright/contract";
import { Wakeups } from "@netwright/store";
import { withoutValues } from "../secrets/without-values.ts";

interface RevisionRecord {
  readonly revision: number;
  /** SHA-256 of the state's JSON, without values of secrets: their digests tell when they change. */
  readonly hash: string;
  /** Of a node whose object was deleted. Its agent may still ask, also much later: it is told to put everything away. */
  readonly departed?: HostState["role"];
}

interface Published extends RevisionRecord {
  readonly state: HostState;
}

const prefix = "node/";

export class NodeStates {
  readonly #store: Store;
  readonly #records: Map<string, RevisionRecord>;
  readonly #published = new Map<string, Published>();
  readonly #wakeups = new Map<string, Wakeups>();

  constructor(store: Store) {
    const { records } = store.list(prefix);
    this.#store = store;
    this.#records = new Map(
      records.map(({ key, value }) => [key.slice(prefix.length), JSON.parse(value) as RevisionRecord]),
    );
  }

  /** What to commit so that these states may be shown, and the step that shows them. `undefined`: the node is gone. */
  prepare(states: ReadonlyMap<string, HostState | undefined>): {
    readonly writes: readonly StoreWrite[];
    readonly publish: () => void;
  } {
    const writes: StoreWrite[] = [];
    const steps: (() => void)[] = [];
    for (const [node, state] of states) {
      const before = this.#records.get(node);
      if (state === undefined) {
        if (before === undefined || before.departed !== undefined) continue;
        const departed = this.#published.get(node)?.state.role ?? "Host";
        const record: RevisionRecord = { revision: before.revision + 1, hash: "", departed };
        writes.push({ kind: "Put", key: prefix + node, value: JSON.stringify(record) });
        steps.push(() => this.#dismiss(node, record));
        continue;
      }
      const hash = createHash("sha256")
        .update(JSON.stringify(withoutValues(state)))
        .digest("hex");
      const same = before?.hash === hash;
      // Above every revision that a node of this name ever had: a node's revision rises at most once per commit.
      const record: RevisionRecord = same
        ? before
        : { revision: (before?.revision ?? this.#store.revision()) + 1, hash };
      if (!same) writes.push({ kind: "Put", key: prefix + node, value: JSON.stringify(record) });
      steps.push(() => this.#show(node, { ...record, state }, !same));
    }
    return { writes, publish: () => steps.forEach((step) => step()) };
  }

  /** Undefined until it was compiled. */
  get(node: string): NodeState<HostState> | undefined {
    const published = this.#published.get(node);
    if (published !== undefined) return { revision: published.revision, state: published.state };
    const { revision = 0, departed } = this.#records.get(node) ?? {};
    return departed === undefined ? undefined : { revision, state: emptyState(node, departed) };
  }

  /** True for a node that had a state, and whose object is deleted. */
  hasDeparted(node: string): boolean {
    return this.#records.get(node)?.departed !== undefined;
  }

  /** Every node that ever got a state and has not departed, also before a restart. */
  *known(): Iterable<string> {
    for (const [node, { departed }] of this.#records) if (departed === undefined) yield node;
  }

  /** Of the states shown. */
  revisions(): ReadonlyMap<string, number> {
    return new Map([...this.#published].map(([node, { revision }]) => [node, revision]));
  }

  all(): ReadonlyMap<string, { readonly revision: number; readonly state: HostState }> {
    return this.#published;
  }

  /** The state now, when it is newer than `since` or another than that (a state directory that was lost), then each new one. */
  async *watch(node: string, since: number, signal: AbortSignal): AsyncGenerator<NodeState<HostState>, void> {
    let sent = since;
    const wakeups = this.#wakeupsOf(node);
    while (!signal.aborted) {
      const current = this.get(node);
      if (current !== undefined && current.revision !== sent) {
        sent = current.revision;
        yield current;
      } else await wakeups.next(signal);
    }
  }

  #show(node: string, published: Published, changed: boolean): void {
    this.#records.set(node, { revision: published.revision, hash: published.hash });
    const first = !this.#published.has(node);
    this.#published.set(node, published);
    if (changed || first) this.#wakeupsOf(node).wake();
  }

  #dismiss(node: string, record: RevisionRecord): void {
    this.#records.set(node, record);
    this.#published.delete(node);
    this.#wakeupsOf(node).wake();
  }

  #wakeupsOf(node: string): Wakeups {
    const wakeups = this.#wakeups.get(node) ?? new Wakeups();
    this.#wakeups.set(node, wakeups);
    return wakeups;
  }
}

/** Nothing runs, nothing is announced, nobody is spoken with. */
const emptyState = (node: string, role: HostState["role"]): HostState => ({
  node,
  role,
  paused: false,
  underlay: { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces: [] },
  networks: [],
  bgp: { asn: 0, routerId: "", loopbacks: [], announce: [], pools: [], underlay: [], neighbors: [] },
});
