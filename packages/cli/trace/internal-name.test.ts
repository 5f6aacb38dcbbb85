import type { WireObject } from "@netwright/api";
import { expect, test } from "vitest";
import { internalAnswer } from "./internal-name.ts";

const object = (name: string, spec: object, phase?: string): WireObject =>
  ({ metadata: { name }, spec, status: { phase } }) as never;
const instance = (service: string, tier: string, number: number, phase = "Ready", network = "web"): WireObject =>
  object(`${service}-${tier}-${number}`, { service, tier, network, address: `fd77::${number}` }, phase);

const site = {
  services: [
    object("shop", {
      network: "web",
      tiers: [{ name: "proxy" }, { name: "web", workload: {} }, { name: "db", workload: {} }],
    }),
    object("far", { network: "other", tiers: [{ name: "web", workload: {} }] }),
  ],
  instances: [
    instance("shop", "web", 1),
    instance("shop", "web", 2),
    instance("shop", "web", 3, "Starting"),
    instance("shop", "db", 4, "Failed"),
  ],
};

test.each([
  ["shop.internal", "fd77::1", "fd77::1, fd77::2", undefined],
  ["web.shop.internal", "fd77::1", "fd77::1, fd77::2", undefined],
  ["db.shop.internal", undefined, "no address", "no instance of tier db is ready"],
  ["proxy.shop.internal", undefined, "no such name", "network web has no proxy.shop.internal"],
  ["far.internal", undefined, "no such name", "network web has no far.internal"],
  ["a.web.shop.internal", undefined, "no such name", "network web has no a.web.shop.internal"],
])("%s, asked by an instance", (name, address, detail, finding) => {
  const answer = internalAnswer(site, "shop-web-1", name);
  expect(answer.address).toBe(address);
  expect(answer.hop).toEqual({
    place: "resolver of network web",
    step: `answers ${name}`,
    detail,
    findings: finding === undefined ? [] : [finding],
  });
});

test("nobody outside asks for them", () => {
  expect(internalAnswer(site, undefined, "shop.internal").hop.findings).toEqual([
    "shop.internal is a name inside a network: trace from an instance",
  ]);
});
