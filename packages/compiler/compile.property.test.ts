import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "./compile.ts";
import { createCompilation } from "./incremental.ts";
import { beginning, steps, walk } from "./testing/random-steps.ts";

test("updating a compilation gives what compiling anew gives, and names exactly the nodes that changed", () => {
  fc.assert(
    fc.property(steps, (history) => {
      const kept = createCompilation(beginning());
      let last = compile(beginning()).states;
      walk(history, (situation, ledger) => {
        const { changed, states } = kept.update({ ...situation, ledger });
        const anew = compile(situation);
        expect(kept.compiled()).toEqual(anew);
        const nodes = [...new Set([...last.keys(), ...anew.states.keys()])].toSorted();
        const differ = nodes.filter((node) => JSON.stringify(last.get(node)) !== JSON.stringify(anew.states.get(node)));
        expect(changed).toEqual(differ);
        expect([...states]).toEqual(
          differ.flatMap((node) => (anew.states.has(node) ? [[node, anew.states.get(node)]] : [])),
        );
        last = anew.states;
      });
    }),
    { numRuns: 200 },
  );
});

test("so it does when every part of the change comes alone, in any order", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (history, objectsFirst) => {
      const kept = createCompilation(beginning());
      walk(history, ({ ledger: _ledger, ...situation }, changes) => {
        if (objectsFirst) kept.update({ objects: situation.objects });
        for (const change of changes) kept.update({ ledger: [change] });
        kept.update({ certificates: situation.certificates });
        kept.update({ observed: situation.observed });
        if (!objectsFirst) kept.update({ objects: situation.objects });
        expect(kept.compiled()).toEqual(compile({ ...situation, ledger: _ledger }));
      });
    }),
    { numRuns: 200 },
  );
});

test("a host has rules only for classes that it runs, and every list is sorted", () => {
  fc.assert(
    fc.property(steps, (history) => {
      walk(history, (situation) => {
        for (const { networks } of compile(situation).states.values()) {
          const taken = networks.flatMap(({ loadBalancers }) =>
            loadBalancers.map(({ vip, protocol, port }) => `${vip} ${protocol} ${port}`),
          );
          expect(new Set(taken).size, "a listener leads to one network").toBe(taken.length);
          for (const { workloads, policy, loadBalancers, tunnels } of networks) {
            const local = new Set(workloads.map((workload) => workload.class));
            for (const { from, to } of policy) expect(local.has(from) || local.has(to)).toBe(true);
            expect(workloads.map(({ id }) => id)).toEqual(workloads.map(({ id }) => id).toSorted());
            expect(tunnels.map(({ hostId }) => hostId)).toEqual(
              tunnels.map(({ hostId }) => hostId).toSorted((a, b) => a - b),
            );
            const keys = loadBalancers.map(
              ({ vip, protocol, port }) => `${vip} ${protocol} ${String(port).padStart(5, "0")}`,
            );
            expect(keys).toEqual(keys.toSorted());
          }
        }
      });
    }),
    { numRuns: 100 },
  );
});
