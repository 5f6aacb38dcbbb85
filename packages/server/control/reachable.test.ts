import type { NodeReport } from "@netwright/contract";
import { expect, test } from "vitest";
import type { Facts } from "../status/facts.ts";
import { isAppliedByProxies } from "./reachable.ts";
import type { World } from "./world.ts";

interface Said {
  readonly revision: number;
  readonly converged?: boolean;
  readonly problems?: readonly { readonly slot: string }[];
}

/** One proxy on each host, which was given revision 5; undefined: it has not reported. */
function isApplied(said: Readonly<Record<string, Said | undefined>>, silent: readonly string[] = []): boolean {
  const hosts = Object.keys(said);
  const reportOf = (host: string) => {
    const report = said[host];
    return report && { report: { converged: true, problems: [], ...report } as unknown as NodeReport };
  };
  const facts = {
    ledger: { byService: new Map([["default/shop", hosts.map((host) => ({ role: "Proxy", host }))]]) },
    reports: { ready: (host: string) => !silent.includes(host), get: reportOf },
    states: { revisions: () => new Map(hosts.map((host) => [host, 5])) },
  } as unknown as Facts;
  const service = { spec: { expose: [{ hostname: "shop.example.net" }] } };
  const world = { objects: { services: new Map([["default/shop", { object: service }]]) } } as unknown as World;
  return isAppliedByProxies(facts, world, "shop.example.net");
}

test("every host must have applied what it was given last, not what it was given before", () => {
  expect(isApplied({ host1: { revision: 5 }, host2: { revision: 6 } })).toBe(true);
  expect(isApplied({ host1: { revision: 5 }, host2: { revision: 4 } })).toBe(false);
  expect(isApplied({ host1: { revision: 5 }, host2: undefined })).toBe(false);
  expect(isApplied({ host1: { revision: 5, converged: false } })).toBe(false);
});

test("a host is not waited for that is silent, nor for what is wrong with anything but its proxies", () => {
  expect(isApplied({ host1: { revision: 5 }, host2: { revision: 4 } }, ["host2"])).toBe(true);
  const troubled = { revision: 5, converged: false };
  expect(isApplied({ host1: { ...troubled, problems: [{ slot: "bgp" }] } })).toBe(true);
  expect(isApplied({ host1: { ...troubled, problems: [{ slot: "bgp" }, { slot: "proxy" }] } })).toBe(false);
  expect(isApplied({ host1: { ...troubled, revision: 4, problems: [{ slot: "bgp" }] } })).toBe(false);
});
