/** Instances for the tests of this folder. */
import { milliseconds, parseIpv6 } from "@netwright/base";
import type { HealthCheck, ProxyRun } from "@netwright/contract";
import type { ProxyInstance } from "./want.ts";

export const check: HealthCheck = {
  kind: "Http",
  port: 8080,
  path: "/healthz?deep=1",
  interval: milliseconds(2000),
  timeout: milliseconds(1000),
  rise: 1,
  fall: 2,
};

/** One member, as backends list them. */
export const member = (number: number, port = 8080) => ({
  instance: `shop-web-${number}`,
  address: parseIpv6(`fd00::${number}`),
  port,
});

export function shopRun(change: Partial<ProxyRun> = {}, members = [member(1), member(2)]): ProxyRun {
  return {
    kind: "Proxy",
    listeners: [
      { kind: "Redirect", port: 80, hostname: "shop.example.net", httpsPort: 443 },
      { kind: "Https", port: 443, hostname: "shop.example.net", certificate: "shop.example.net", backend: "web" },
    ],
    backends: [{ name: "web", members, health: check }],
    certificates: [{ name: "shop.example.net", digest: "d" }],
    ...change,
  };
}

export const shop = (change: Partial<ProxyRun> = {}, members?: ReturnType<typeof member>[]): ProxyInstance => ({
  name: "default.shop-proxy-1",
  netns: "nww-default.shop-proxy-1",
  run: shopRun(change, members),
  pems: new Map([["shop.example.net", "PEM"]]),
});
