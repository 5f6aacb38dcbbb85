import { equal } from "@netwright/base";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { InstanceEntry } from "./ledger-entries.ts";
import { applyLedgerChanges } from "./ledger.ts";
import { evacuationTimeout } from "./place/standing.ts";
import { reconcile } from "./reconcile.ts";
import { settle } from "./settle.ts";
import { start } from "./testing.ts";
import { beginning, instancesOf, steps, walk } from "./testing/random-steps.ts";

const unique = (what: string, values: readonly unknown[]): void =>
  expect(new Set(values).size, what).toBe(values.length);
const lasting = (entry: InstanceEntry): object => ({ ...entry, phase: "", drainSince: 0, former: 0 });

test("what is given out is unique, stays, and is never given twice", () => {
  fc.assert(
    fc.property(steps, (history) => {
      const owners = new Map<string, string>();
      walk(history, ({ ledger, objects }, changes, before) => {
        const all = [...ledger.values()];
        unique(
          "public addresses, resting ones too",
          all.flatMap((entry) => (entry.kind === "Vip" || entry.kind === "Resting" ? [entry.address] : [])),
        );
        unique(
          "VNIs",
          all.flatMap((entry) => (entry.kind === "Network" ? [entry.vni] : [])),
        );
        unique(
          "classes",
          all.flatMap((entry) => (entry.kind === "Class" ? [`${entry.project}/${entry.network}/${entry.id}`] : [])),
        );
        for (const { id, project, address, network, class: cls } of instancesOf(ledger)) {
          const key = `${project}/${network} ${address ?? `${id} ${cls}`}`;
          expect(owners.get(key) ?? `${project}/${id}`, key).toBe(`${project}/${id}`);
          owners.set(key, `${project}/${id}`);
        }
        for (const { key, entry } of changes) {
          const old = before.get(key);
          const moved = old?.kind === "Instance" && entry?.kind === "Instance" && !equal(lasting(entry), lasting(old));
          expect(moved, `${key} moved`).toBe(false);
          const exposed =
            old?.kind === "Vip" &&
            (objects.services.get(`${old.project}/${old.service}`)?.object.spec.expose.length ?? 0) > 0;
          expect(exposed, `${key} changed`).toBe(false);
        }
      });
    }),
    { numRuns: 200 },
  );
});

test("whatever happened, it comes to an end, and when all is ready nothing is left of what was", () => {
  fc.assert(
    fc.property(steps, (history) => {
      let last = beginning();
      let now = start;
      walk(history, (situation, _changes, _before, at) => {
        last = situation;
        now = at;
      });
      const { objects, observed, ledger } = last;
      // As observed: no step may undo the one before.
      let current = ledger;
      for (let count = 0; count < 50; count++) {
        const { changes } = reconcile({ objects, ledger: current, observed, now });
        current = applyLedgerChanges(current, changes);
        if (changes.length === 0) break;
        expect(count).toBeLessThan(40);
      }
      // Load balancers of a deleted host may fit nowhere else: then only time ends it.
      const later = (now + evacuationTimeout) as typeof now;
      const settled = [...settle(objects, ledger, new Map(), later).ledger.values()];
      expect(settled.filter(({ kind }) => kind === "Former" || kind === "LeavingHost")).toEqual([]);
      expect(settled.filter((entry) => entry.kind === "Instance" && entry.phase === "Drain")).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test("a tier never has more running instances than replicas, but for replacing, and never two load balancers on a host", () => {
  fc.assert(
    fc.property(steps, (history) => {
      walk(history, ({ ledger, objects, observed }) => {
        const running = instancesOf(ledger).filter(({ phase }) => phase === "Run");
        unique(
          "load balancers",
          running
            .filter(({ role }) => role === "LoadBalancer")
            .map(({ project, service, host }) => `${project}/${service} ${host}`),
        );
        // What is on hosts that are silent or leave is being replaced, and what has no place serves until it is.
        const staying = running.filter(
          ({ host, former }) =>
            former === undefined && objects.hosts.has(host) && observed.nodes.get(host)?.ready !== false,
        );
        const tiers = Map.groupBy(
          staying,
          ({ project, service, tier, template }) => `${project}/${service}/${tier} ${template}`,
        );
        for (const list of tiers.values()) expect(list.length).toBeLessThanOrEqual(3);
      });
    }),
    { numRuns: 100 },
  );
});
