/** Which nodes are ready, and what of that is news. */
type Ready = boolean | undefined;

export class Readiness {
  #seen: ReadonlyMap<string, Ready> = new Map();

  /** Nodes that became ready, or silent, since the last call. @param ready undefined: it has never been heard of */
  changed(nodes: readonly string[], ready: (node: string) => Ready): readonly string[] {
    const before = this.#seen;
    this.#seen = new Map(nodes.map((node) => [node, ready(node)]));
    return [...this.#seen].flatMap(([node, now]) => (before.get(node) === now ? [] : [node]));
  }
}
