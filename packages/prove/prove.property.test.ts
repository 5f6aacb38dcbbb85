/** The prover against the slow way, on random sites, whole and broken. */
import type { Clause, ClauseProof, EndSelector } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { buildFabric, send } from "@netwright/model";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createProver, proveContracts } from "./prove.ts";
import { canReach, cannotReach, contractOf, onlyFrom, onlyThrough, tier } from "./testing.ts";
import { breakSite, broken } from "./testing/break-site.ts";
import { siteOfSketch, type RandomSite } from "./testing/random-site.ts";
import { sketch } from "./testing/site-sketch.ts";
import { holdsIn, referenceOf, referencePorts } from "./testing/reference.ts";

const tierSelector = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom("a", "b", "c", "proxy"))
  .map(([service, name]) => tier(`s${service}`, name));
const end: fc.Arbitrary<EndSelector> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("internet" as const, "anything" as const) },
  { weight: 3, arbitrary: tierSelector },
);
const port = fc.constantFrom(...referencePorts).map((first) => [{ first, last: first }]);
const anyPort = fc.oneof(port, fc.constant([]));
const either = fc.constantFrom<readonly ("tcp" | "udp")[]>(["tcp"], ["udp"], ["tcp", "udp"]);

const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc
    .record({
      from: fc.oneof(fc.constant("internet" as const), tierSelector),
      to: tierSelector,
      ports: port,
      protocols: either,
    })
    .map(({ from, to, ...rest }) => canReach("c", { from: [from], to: [to], ...rest })),
  fc
    .record({ from: end, to: end, ports: anyPort })
    .map(({ from, to, ports }) => cannotReach("c", { from: [from], to: [to], ports })),
  fc
    .record({ from: end, to: tierSelector, ports: anyPort })
    .map(({ from, to, ports }) => onlyFrom("c", { from: [from], to: [to], ports })),
  fc
    .record({
      from: end,
      to: tierSelector,
      through: fc.array(tierSelector, { minLength: 1, maxLength: 2 }),
      ports: anyPort,
    })
    .map(({ from, to, through, ports }) => onlyThrough("c", { from: [from], to: [to], through, ports })),
);
const clauses = fc
  .array(clause, { minLength: 20, maxLength: 30 })
  .map((all) => all.map((each, index) => ({ ...each, name: `c${index}` })));

const site = fc.tuple(sketch, fc.array(broken, { maxLength: 2 })).map(([drawn, breaks]): RandomSite => {
  const { states, services } = siteOfSketch(drawn);
  return { services, states: breaks.reduce(breakSite, states) };
});

/** Of the other tier's instances nothing may be known: what then holds, both must say. */
const isAbout = (states: readonly HostState[], { from, to }: Clause): boolean => {
  const known = new Set(
    states.flatMap(({ networks }) =>
      networks.flatMap(({ workloads }) => workloads.map((each) => `${each.service}/${each.tier}`)),
    ),
  );
  return [...from, ...to].every(
    (each) => typeof each === "string" || !("service" in each) || known.has(`${each.service}/${each.tier}`),
  );
};

function expectShown(states: readonly HostState[], { counterexample, statement }: ClauseProof): void {
  expect(counterexample, statement).not.toBeNull();
  const packet = counterexample?.packet;
  if (packet === null || packet === undefined) return;
  const fabric = buildFabric(states);
  const instance = [...fabric.instances.values()].find(({ workload }) => workload.address === packet.source)?.workload
    .id;
  const from = instance === undefined ? "internet" : { project: "default", instance };
  const names = states.flatMap(({ networks }) => networks.flatMap(({ egress = [] }) => egress.map(({ to }) => to)));
  const traces = [undefined, ...names].flatMap((name) =>
    [undefined, ...fabric.hosts.map(({ node }) => node)].map((via) =>
      send(
        fabric,
        {
          ...(packet as object as {
            source: never;
            destination: never;
            sourcePort: number;
            destinationPort: number;
            protocol: "tcp";
          }),
          from,
          ...(name === undefined ? {} : { name }),
        },
        from === "internet" ? via : undefined,
      ),
    ),
  );
  const path = counterexample?.path.map(({ place, step, detail }) => `${place} ${step} ${detail}`) ?? [];
  const isWay = (
    hops: readonly { readonly place: string; readonly step: string; readonly detail: string }[],
  ): boolean => hops.every(({ place, step, detail }, index) => path[index] === `${place} ${step} ${detail}`);
  expect(
    traces.some(({ hops }) => isWay(hops)),
    statement,
  ).toBe(true);
}

test("what is proved holds for every packet, and what is refuted does not", () => {
  const seen = { Proved: 0, Refuted: 0, NotProved: 0, Justified: 0 };
  fc.assert(
    fc.property(site, clauses, ({ states, services }, drawn) => {
      const own = drawn.filter((each) => isAbout(states, each));
      const reference = referenceOf(states);
      const { clauses: proofs } = proveContracts({ states, services, contracts: [contractOf(...own)] });
      const byName = new Map(proofs.map((proof) => [proof.clause, proof]));
      for (const each of own) {
        const proof = byName.get(`contract/test ${each.name}`) as ClauseProof;
        seen[proof.verdict]++;
        const message = `${proof.statement}: ${proof.counterexample?.message ?? ""}`;
        expect([proof.verdict, message]).toEqual([holdsIn(reference, each) ? "Proved" : "Refuted", message]);
        if (proof.verdict === "Refuted") expectShown(states, proof);
      }
    }),
    { numRuns: 60 },
  );
  expect(Math.min(seen.Proved, seen.Refuted)).toBeGreaterThan(50);
});

test("what nobody broke is in order", () => {
  fc.assert(
    fc.property(sketch, (drawn) => {
      const { states, services } = siteOfSketch(drawn);
      const { clauses: proofs } = proveContracts({ states, services, contracts: [] });
      expect(
        proofs
          .filter(({ verdict, subject }) => verdict !== "Proved" && subject !== "NoDeadRule")
          .map(({ clause: name, counterexample }) => [name, counterexample?.message]),
      ).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test("whatever of the way of packets differs from what manifests ask for is refuted", () => {
  let differs = 0;
  fc.assert(
    // One of several hosts may stop announcing: so it leaves.
    fc.property(
      sketch,
      broken.filter(({ kind }) => kind !== "AnnouncementGone"),
      (drawn, how) => {
        const { states, services } = siteOfSketch(drawn);
        const after = breakSite(states, how);
        const changed = (of: readonly HostState[]): string => JSON.stringify(referenceOf(of).arrived);
        fc.pre(changed(states) !== changed(after));
        differs++;
        const { clauses: proofs } = proveContracts({ states: after, services, contracts: [] });
        const found = proofs.filter(({ verdict, subject }) => verdict === "Refuted" && subject !== "NoDeadRule");
        expect(found.length, JSON.stringify(how)).toBeGreaterThan(0);
      },
    ),
    { numRuns: 25 },
  );
  expect(differs).toBeGreaterThan(20);
});

test("kept between changes, proofs are those that are made anew", () => {
  fc.assert(
    fc.property(sketch, clauses, fc.array(broken, { minLength: 1, maxLength: 4 }), (drawn, own, breaks) => {
      const { states, services } = siteOfSketch(drawn);
      const contracts = [contractOf(...own)];
      let prover = createProver({ states, services, contracts });
      let now = states;
      for (const each of breaks) {
        const next = breakSite(now, each);
        const before = now;
        prover = prover.after({
          states: new Map(next.filter((state, index) => state !== before[index]).map((state) => [state.node, state])),
        });
        now = next;
        const anew = createProver({ states: now, services, contracts }).report.clauses;
        expect(prover.report.clauses.map(({ clause: name, verdict }) => [name, verdict])).toEqual(
          anew.map(({ clause: name, verdict }) => [name, verdict]),
        );
      }
    }),
    { numRuns: 40 },
  );
});
