/** Steps of reconciling with observations as a test wants them, and what the ledger then holds in short words. */
import type { Instant } from "@netwright/base";
import { compile, type Compiled } from "../compile.ts";
import type { InstanceEntry } from "../ledger-entries.ts";
import { applyLedgerChanges, emptyLedger, type Ledger } from "../ledger.ts";
import type { ObjectSet } from "../objects.ts";
import type { Observed, ObservedNode } from "../observed.ts";
import { reconcile, type Reconciled } from "../reconcile.ts";
import { allReady, start, testCertificates } from "../testing.ts";

/** A fabric over time. Everything is ready and announced unless `except` says otherwise. */
export class Situation {
  objects: ObjectSet;
  ledger: Ledger = emptyLedger;
  now: Instant = start;
  last: Reconciled | undefined;
  observe: (ready: Observed) => Observed = (ready) => ready;

  constructor(objects: ObjectSet) {
    this.objects = objects;
    this.settle();
  }

  get observed(): Observed {
    return this.observe(allReady(this.objects, this.ledger));
  }

  /** One step, with other objects when given. */
  step(objects: ObjectSet = this.objects): Reconciled {
    const before = objects === this.objects ? undefined : this.objects;
    const { observed } = this;
    this.objects = objects;
    this.last = reconcile({ objects, before, ledger: this.ledger, observed, now: this.now });
    // What is stored comes back as JSON.
    const stored = JSON.parse(JSON.stringify(this.last.changes)) as typeof this.last.changes;
    this.ledger = applyLedgerChanges(this.ledger, stored);
    return this.last;
  }

  /** Steps until nothing changes. @throws RangeError when that does not end. @returns everything that was said. */
  settle(objects: ObjectSet = this.objects): string[] {
    const said: string[] = [];
    let result = this.step(objects);
    for (let count = 0; result.changes.length > 0; count++) {
      if (count > 100) throw new RangeError("reconciling does not end");
      said.push(...result.explanations.map(({ action, instance, reason }) => `${action} ${instance}: ${reason}`));
      said.push(...result.hostNews.map(({ action, host, reason }) => `${action} ${host}: ${reason}`));
      result = this.step();
    }
    return said;
  }

  pass(span: number): this {
    this.now = (this.now + span) as Instant;
    return this;
  }

  /** From now on this is said of a node. */
  node(name: string, said: ObservedNode): this {
    const before = this.observe;
    this.observe = (ready) => {
      const observed = before(ready);
      return { ...observed, nodes: new Map([...observed.nodes, [name, said]]) };
    };
    return this;
  }

  /** From now on nothing is reported of these instances. */
  unready(...ids: readonly string[]): this {
    const before = this.observe;
    this.observe = (ready) => {
      const observed = before(ready);
      return {
        ...observed,
        instances: new Map([...observed.instances].filter(([key]) => !ids.some((id) => key.endsWith(`/${id}`)))),
      };
    };
    return this;
  }

  /** Nothing is known any more that was said by a test. */
  ready(): this {
    this.observe = (ready) => ready;
    return this;
  }

  get compiled(): Compiled {
    const { objects, ledger, observed } = this;
    const former = [...ledger.values()].flatMap((entry) => (entry.kind === "Former" ? [entry.object] : []));
    const services = new Map([
      ...objects.services,
      ...former.map((object, index) => [`former ${index}`, { object, sources: {} }] as const),
    ]);
    return compile({ objects, ledger, observed, certificates: testCertificates({ ...objects, services }) });
  }

  get instances(): readonly InstanceEntry[] {
    return [...this.ledger.values()].filter((entry) => entry.kind === "Instance");
  }

  /** `shop-web-1 host1`, with ` drains` and ` former` where so. */
  placed(tier?: string): string[] {
    return this.instances
      .filter((entry) => tier === undefined || entry.tier === tier)
      .map(({ id, host, phase, former }) =>
        [id, host, ...(phase === "Drain" ? ["drains"] : []), ...(former === undefined ? [] : ["former"])].join(" "),
      )
      .toSorted();
  }

  kinds(): string[] {
    return [...new Set([...this.ledger.values()].map(({ kind }) => kind))].toSorted();
  }
}

/** The same objects without one host. */
export const withoutHost = (objects: ObjectSet, host: string): ObjectSet => ({
  ...objects,
  hosts: new Map([...objects.hosts].filter(([name]) => name !== host)),
});
