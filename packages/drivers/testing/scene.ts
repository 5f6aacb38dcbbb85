/** The scene that goldens are taken from: one service on two hosts, seen from host 1. */
import { parseIpv6 } from "@netwright/base";
import { defaultListener, hostState, type Instance, type Scene } from "./states.ts";

const instance = (tier: Instance["tier"], number: number, host: number): Instance => ({ tier, number, host });
const proxies = [instance("proxy", 1, 1), instance("proxy", 2, 2)];

export const goldenScene: Scene = {
  instances: [...proxies, instance("web", 1, 1), instance("web", 2, 2)],
  policy: ["proxy>web:8080", "web>db:5432", "web>db:53/udp"],
  listeners: [
    defaultListener(proxies, [1]),
    { ...defaultListener([], [1]), port: 8080 },
    { ...defaultListener(proxies, [1]), protocol: "udp" },
  ],
  hosts: 2,
  site: [parseIpv6("2001:db8:5::1")],
  egress: ["web>2001:db8:f::/48:443", "web>2001:db8:f::2/128:53/udp", "web>*.example.net:443"],
  names: { shop: [instance("web", 1, 1)], "web.shop": [instance("web", 1, 1)], "db.shop": [] },
};

export const goldenState = hostState(goldenScene, 1);
