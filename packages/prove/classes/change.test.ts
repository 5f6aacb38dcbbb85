import { expect, test } from "vitest";
import { proveContracts } from "../prove.ts";
import { cannotReach, contractOf, tier } from "../testing.ts";
import { siteOfSketch } from "../testing/random-site.ts";
import type { ServiceSketch } from "../testing/site-sketch.ts";

/** A worker on the first host, and a site in another network behind a load balancer on the third. */
const siteWith = (egress: ServiceSketch["egress"]) => {
  const none = { kind: "None", tier: 0, proxies: [0], balancers: [0] } as const;
  const https = { kind: "Https", tier: 0, proxies: [1], balancers: [2] } as const;
  return siteOfSketch({
    hosts: 3,
    services: [
      { network: 0, tiers: [[0]], listener: none, allow: [], egress },
      { network: 1, tiers: [[1]], listener: https, allow: [], egress: [] },
    ],
  });
};

test("a rule on one host and an announcement that another has no longer meet half-way through", () => {
  const [before, opened] = [siteWith([]), siteWith([{ from: 0, to: "pool", port: 443 }])];
  const silent = opened.states.map((state) =>
    state.node === "host3" ? { ...state, bgp: { ...state.bgp, announce: [] } } : state,
  );
  const apart = {
    ...cannotReach("apart", { from: [tier("s0", "a")], to: [tier("s1", "proxy")] }),
    kind: "Invariant",
  } as const;
  const judged = (states: typeof opened.states, former?: typeof opened.states) =>
    proveContracts({
      services: opened.services,
      contracts: [contractOf(apart)],
      states,
      ...(former === undefined ? {} : { before: former }),
    }).clauses.find(({ clause }) => clause === "contract/test apart");
  expect(judged(before.states)).toMatchObject({ verdict: "Proved" });
  expect(judged(silent)).toMatchObject({ verdict: "Proved" });
  expect(judged(silent, before.states)).toMatchObject({ verdict: "Refuted", counterexample: { when: "During" } });
});
