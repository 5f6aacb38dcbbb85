/**
 * Each stage of a service is broken in turn, by hand and behind the back of the agents (which are paused, so that they
 * do not repair it): the page must fail, and `trace` and the service's status must name that stage.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  edges,
  fetchFrom,
  hosts,
  instanceOf,
  page,
  shop,
  startLab,
  statusOf,
  vipOf,
  type LiveLab,
} from "./live-lab.ts";
import { until } from "./until.ts";

const tenant = "nwn-default.web";
const bird = "birdc -s /run/netwright/bird/bird.ctl";
const knot = "/etc/knot/knot.conf";
const nodes = [...hosts.map((name) => `host/${name}`), ...edges.map((name) => `router/${name}`)];

let lab: LiveLab;
let host: string;
let vip: string;

beforeAll(async () => {
  lab = await startLab("stages");
  await lab.must("apply", "-f", "examples/shop.yaml");
  await page(lab, "internet1");
  host = (await instanceOf(lab, "shop-web-1")).host;
  vip = await vipOf(lab, "shop");
});
afterEach(async () => {
  await lab.must("resume", ...nodes);
  await page(lab, "internet1");
  const wrong = () => lab.netwright("trace", "--from", "internet1", "--to", "shop.example.net:443");
  await until("trace finds nothing wrong any more", wrong, ({ code }) => code === 0);
});
afterAll(() => lab.down());

const atTenant = (script: string): string => `ip netns exec ${tenant} sh -c '${script}'`;

/** One command of HAProxy's runtime API. */
const haproxy = (command: string): string =>
  `${process.execPath} -e 'const socket = require("net").connect("/run/netwright/haproxy/default.shop-proxy-1/socket", () => socket.end("${command}\\n")); socket.pipe(process.stdout)'`;

interface Stage {
  readonly stage: string;
  readonly at: () => readonly string[];
  readonly breaks: () => string;
  /** For what a resumed agent does not put right, because it is not Netwright's. */
  readonly mends?: () => string;
  /** In the hops of the trace, behind its exclamation mark, and in its verdict. */
  readonly traced: RegExp;
  /** Type of a condition that is not True, and what its message says. */
  readonly condition: readonly [string, RegExp];
}

const stages: readonly Stage[] = [
  {
    stage: "BGP session",
    at: () => edges,
    breaks: () => `${bird} "disable 'host.${host}'"`,
    mends: () => `${bird} "enable 'host.${host}'"`,
    traced: /bgp: no session with host\d/,
    condition: ["Announced", /announces/],
  },
  {
    stage: "edge route",
    at: () => edges,
    breaks: () => `ip -6 route add blackhole ${vip}/128 metric 5`,
    mends: () => `ip -6 route del blackhole ${vip}/128 metric 5`,
    traced: /route: none to 2001:db8:100::1/,
    condition: ["Announced", /edge\d: route: somebody else's to 2001:db8:100::1 is preferred/],
  },
  {
    stage: "DNS record",
    at: () => ["dns"],
    // First nobody may write any more, or the server would put it back.
    breaks: () =>
      `cp ${knot} ${knot}.kept; sed -i '/^    acl: writer/d' ${knot}; knotc reload; knotc zone-begin example.net; knotc zone-unset example.net shop AAAA; knotc zone-commit example.net`,
    mends: () => `cp ${knot}.kept ${knot}; knotc reload`,
    traced: /shop\.example\.net/,
    condition: ["Ready", /the name server does not have shop\.example\.net/],
  },
  {
    stage: "load balancer",
    at: () => [host],
    breaks: () => atTenant("tc filter del dev uplink ingress pref 28279"),
    traced: /loadBalancer: differs: nwn-default\.web: attach uplink/,
    condition: ["Programmed", /host\d: loadBalancer: differs/],
  },
  {
    stage: "firewall element",
    at: () => [host],
    breaks: () => atTenant("nft flush map inet netwright flows; conntrack -F -f ipv6 2>/dev/null || true"),
    traced: /firewall: differs: nwn-default\.web: add element/,
    condition: ["Programmed", /host\d: firewall: differs/],
  },
  {
    stage: "HAProxy member",
    at: () => [host],
    breaks: () => haproxy("set server shop.example.net/shop-web-1 state maint"),
    traced: /proxy: differs: enable member shop\.example\.net\/shop-web-1|MembersDown/,
    condition: ["Programmed", /host\d: proxy: differs: enable member/],
  },
  {
    stage: "workload",
    at: () => [host],
    breaks: () => "kill -STOP $(pgrep -f '^node /srv/shop/server.mjs')",
    mends: () => "kill -CONT $(pgrep -f '^node /srv/shop/server.mjs')",
    traced: /Unhealthy: CheckFailed/,
    condition: ["Ready", /no instance of tier web is ready/],
  },
];

test.each(stages)(
  "$stage: the page fails, trace and status name it",
  async ({ at, breaks, mends, traced, condition }) => {
    await lab.must("pause", ...nodes);
    for (const node of at()) await lab.at(node, breaks());
    try {
      await until(
        "the page fails",
        () => fetchFrom(lab, "internet1", shop, "--fail"),
        ({ code }) => code !== 0,
      );
      const trace = () => lab.netwright("trace", "--from", "internet1", "--to", "shop.example.net:443");
      const { stdout, stderr } = await until(
        "trace names it",
        trace,
        (seen) => seen.code !== 0 && traced.test(seen.stdout + seen.stderr),
      );
      expect(stdout + stderr).toMatch(/does not get through|does not resolve|no address/);
      const [type, message] = condition;
      const conditions = async () => (await statusOf(lab, "shop")).conditions;
      const named = await until("the status names it", conditions, (seen) =>
        seen.some((each) => each.type === type && each.status === "False" && message.test(each.message)),
      );
      expect(named.find((each) => each.type === type)?.message).toMatch(message);
    } finally {
      if (mends !== undefined) for (const node of at()) await lab.at(node, mends());
    }
  },
);
