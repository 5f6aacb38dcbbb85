/** Whole ways, on small sites of several services; what a step of a walk may leave out is shown by what would be missed. */
import { expect, test } from "vitest";
import { proveContracts } from "../prove.ts";
import { canReach, contractOf, onlyThrough, tier } from "../testing.ts";
import { siteOfSketch } from "../testing/random-site.ts";
import type { ServiceSketch } from "../testing/site-sketch.ts";

const https = { kind: "Https", tier: 0, proxies: [0], balancers: [0] } as const;
const inner = { ...https, kind: "None" } as const;
const service = (count: number, more: Partial<ServiceSketch> = {}): ServiceSketch => ({
  network: 0,
  tiers: Array.from({ length: count }, () => [0]),
  listener: inner,
  allow: [],
  egress: [],
  ...more,
});
const sketchOf = (...services: readonly ServiceSketch[]) => siteOfSketch({ hosts: 2, services });
/** `from` a tier of `service`, `to` one of who says so: tiers by their number, services too. */
const allow = (of: number, from: number, to: number, port = 80): ServiceSketch["allow"][number] => ({
  service: of,
  from,
  to,
  port,
  udp: false,
});

const [proxy, a, b, c] = ["proxy", "a", "b", "c"].map((name) => tier("s0", name)) as [Tier, Tier, Tier, Tier];
type Tier = ReturnType<typeof tier>;
const other = tier("s1", "a");

type Way = Parameters<typeof onlyThrough>[1];

function judged(site: ReturnType<typeof siteOfSketch>, way: Way) {
  const contract = contractOf(onlyThrough("way", way));
  const proofs = proveContracts({ ...site, contracts: [contract] }).clauses;
  const found = proofs.find(({ clause }) => clause === "contract/test way");
  return { verdict: found?.verdict, why: found?.counterexample?.message ?? "", steps: found?.steps };
}
const verdict = (site: ReturnType<typeof siteOfSketch>, way: Way) => judged(site, way).verdict;
const port = (first: number) => ({ ports: [{ first, last: first }] });

test("waypoints are passed in their order", () => {
  const site = sketchOf(service(3, { listener: https }));
  const from = ["internet"] as const;
  expect(verdict(site, { from, to: [c], through: [proxy, a, b] })).toBe("Proved");
  expect(verdict(site, { from, to: [c], through: [proxy, b] })).toBe("Proved");
  expect(verdict(site, { from, to: [c], through: [b, a] })).toBe("Refuted");
  expect(verdict(site, { from, to: [c], through: [c] })).toBe("Refuted");
});

test("a load balancer is passed on the way to who is behind it, and nowhere else", () => {
  const site = sketchOf(service(2, { listener: https }));
  const lb = tier("s0", "lb");
  const from = ["internet"] as const;
  expect(verdict(site, { from, to: [a], through: [lb] })).toBe("Proved");
  expect(verdict(site, { from, to: [a], through: [lb, proxy] })).toBe("Proved");
  expect(verdict(site, { from, to: [a], through: [proxy, lb] })).toBe("Refuted");
  expect(verdict(site, { from: [proxy], to: [a], through: [lb] })).toBe("Refuted");
});

test("ports are those of the last step", () => {
  const site = sketchOf(service(3, { listener: https, allow: [allow(0, 0, 2, 5432)] }));
  const way = { from: ["internet"], to: [c], through: [b] } as const;
  expect(verdict(site, { ...way, ...port(8080) })).toBe("Proved");
  expect(judged(site, { ...way, ...port(5432) })).toMatchObject({
    verdict: "Refuted",
    why: expect.stringContaining("by internet, s0/proxy, s0/a, s0/c, not through s0/b"),
  });
});

test("a way may lead through its target before it gets there at the port that is meant", () => {
  const site = sketchOf(service(3, { listener: https, allow: [allow(0, 2, 0)] }), service(1));
  expect(judged(site, { from: [proxy], to: [a], through: [other], ...port(80) })).toMatchObject({
    verdict: "Refuted",
    why: expect.stringContaining("by s0/proxy, s0/a, s0/b, s0/c, s0/a"),
  });
});

test("who was met with more waypoints behind is met again with fewer", () => {
  const site = sketchOf(
    service(3, { listener: https, allow: [allow(1, 1, 2)] }),
    service(2, { allow: [allow(0, 0, 0)] }),
  );
  // The way around is longer than the one through s0/b.
  expect(judged(site, { from: ["internet"], to: [c], through: [proxy, b] })).toMatchObject({
    verdict: "Refuted",
    why: expect.stringContaining("by internet, s0/proxy, s0/a, s1/a, s1/b, s0/c"),
  });
});

test("ways lead out of the site, and in again by a public address", () => {
  const leaving = { from: 0, port: 443 } as const;
  const back = sketchOf(
    service(1, { listener: https }),
    service(1, { network: 1, egress: [{ ...leaving, to: "pool" }] }),
  );
  expect(verdict(back, { from: [other], to: [proxy], through: [a] })).toBe("Refuted");
  const out = sketchOf(service(2, { listener: https, egress: [{ ...leaving, to: "world" }] }));
  expect(verdict(out, { from: [proxy], to: ["internet"], through: [b] })).toBe("Refuted");
  expect(verdict(out, { from: [proxy], to: ["internet"], through: [a] })).toBe("Proved");
});

test("what lies before the waypoints is not looked at", () => {
  const way = { from: ["internet"], to: [c], through: [b] } as const;
  const [few, many] = [[], [allow(1, 0, 1)]].map(
    (into) => judged(sketchOf(service(3, { listener: https, allow: into }), service(1)), way).steps,
  );
  expect(few).toBeGreaterThan(0);
  expect(many).toBe(few);
});

test("of a change, instances that are never there together need no way to each other", () => {
  const at = (host: number) => sketchOf(service(2, { tiers: [[host], [host]] }));
  const [before, after] = [at(0), at(1)];
  const always = canReach("always", { from: [a], to: [b], ...port(8080), kind: "Invariant" });
  const { clauses } = proveContracts({ ...after, before: before.states, contracts: [contractOf(always)] });
  expect(clauses.find(({ clause }) => clause === "contract/test always")).toMatchObject({ verdict: "Proved" });
});
