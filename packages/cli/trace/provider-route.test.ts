import { expect, test } from "vitest";
import { withRoute } from "./provider-route.ts";

const hop = { place: "provider", step: "route 2001:db8:100::/64", detail: "AS 64500", findings: [] };

test("the provider's route stands with its hop, each way once", () => {
  const one = "2001:db8:100::/64 nhid 12 via fd00:0:0:2::3 dev edge2 proto bgp metric 20 pref medium\n";
  expect(withRoute(hop, one).detail).toBe("AS 64500; its table: via edge2");
  const two =
    "2001:db8:100::/64 proto bgp metric 20 pref medium\\\tnexthop via fe80::2 dev edge2 weight 1 \\\tnexthop via fe80::1 dev edge1 weight 1 \n";
  expect(withRoute(hop, two).detail).toBe("AS 64500; its table: via edge1, edge2");
  const narrow = "2001:db8:100::/80 via fd00:0:0:2::3 dev edge2 proto static\n";
  expect(withRoute(hop, narrow).detail).toBe("AS 64500; its table: 2001:db8:100::/80 via edge2");
});

test.each([
  "",
  "default via fe80::9 dev out metric 1024 pref medium\n",
  "unreachable default dev lo metric 4294967295\n",
])("a provider without a route to the pool is found: %j", (route) => {
  expect(withRoute(hop, route)).toEqual({ ...hop, findings: ["route: its table has none to this address"] });
});
