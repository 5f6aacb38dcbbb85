/** While load balancer, proxy and web server share a host, what they say to each other never leaves it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCapture, type Capture } from "./capture.ts";
import { edges, page, startLab, statusOf, vipOf, type LiveLab } from "./live-lab.ts";

const manifest = "examples/shop.yaml";
/** Tenant addresses and tunnels: what packets between tiers look like on a link, in the clear or not. */
const between = "udp port 4789 or net fd00:0:1::/48";

let lab: LiveLab;

beforeAll(async () => {
  lab = await startLab("locality");
  await lab.must("apply", "-f", manifest);
  await page(lab, "internet1");
});
afterAll(() => lab.down());

test("in 1,000 requests no packet between lb, proxy and web is on an uplink of their host", async () => {
  const home = await soleHost();
  const vip = await vipOf(lab, "shop");
  const captures = await onUplinks(home);
  await thousandRequests();
  await Promise.all(captures.map((capture) => capture.stop()));
  const ofClients = await Promise.all(captures.map((capture) => capture.count(`host ${vip} and tcp port 443`)));
  expect(ofClients.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2000);
  for (const capture of captures) expect(await capture.show(between)).toBe("");
});

test("the same capture does show them once a tier has moved to another host", async () => {
  const home = await soleHost();
  await lab.must("scale", "service/shop", "web=2");
  const captures = await onUplinks(home);
  await thousandRequests();
  await Promise.all(captures.map((capture) => capture.stop()));
  const seen = await Promise.all(captures.map((capture) => capture.count(between)));
  expect(seen.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(500);
});

const onUplinks = (host: string): Promise<readonly Capture[]> =>
  Promise.all(edges.map((uplink) => startCapture(lab, host, uplink)));

async function thousandRequests(): Promise<void> {
  const said = await lab.at("internet1", "h2load --requests=1000 --clients=10 --threads=1 https://shop.example.net/");
  expect(said).toMatch(/requests: 1000 total, 1000 started, 1000 done, 1000 succeeded, 0 failed/);
}

async function soleHost(): Promise<string> {
  const used = [...new Set((await statusOf(lab, "shop")).instances.map(({ host }) => host))];
  expect(used).toHaveLength(1);
  return used[0] as string;
}
