/** Links that lose every packet while both ends keep their carrier. How long it takes is printed, not asserted. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edges, hosts, instanceOf, page, startLab, statusOf, vipOf, type LiveLab } from "./live-lab.ts";
import { startLoad, type Load } from "./load.ts";
import { until } from "./until.ts";

let lab: LiveLab;

beforeAll(async () => {
  lab = await startLab("failure");
  await lab.must("apply", "-f", "examples/shop.yaml");
  await page(lab, "internet1");
});
afterAll(() => lab.down());

const each = async (verb: "cut" | "heal", links: readonly string[]): Promise<void> => {
  for (const link of links) await lab.must("lab", verb, link);
};

/** Resolves when that many requests in a row, all begun later than the last failure, have succeeded. */
async function steady(load: Load, row = 60): Promise<void> {
  let failures = -1;
  let since = 0;
  await until(
    `${row} requests in a row succeed`,
    async () => {
      const counts = load.counts();
      if (counts.failures.length !== failures) [failures, since] = [counts.failures.length, counts.done];
      return counts;
    },
    ({ done }) => done >= since + row,
  );
}

/** Cuts under load, waits until no new request fails, and tells how long that took. */
async function cutUnderLoad(what: string, links: readonly string[]): Promise<void> {
  const load = await startLoad(lab, "internet1", 40);
  try {
    await steady(load, 20);
    await each("cut", links);
    await steady(load);
  } finally {
    const { failures, ended } = await load.stop();
    const news = failures.filter(({ connection }) => connection === "new").map(({ at }) => at);
    const lasted = news.length === 0 ? 0 : Math.max(...news) - Math.min(...news);
    process.stdout.write(
      `${what}: ${failures.length} of ${ended} requests failed; ${news.length} new connections did, within ${lasted} ms\n`,
    );
  }
}

/** Both edges send the service's traffic to the hosts that announce it, over links that are whole. */
const routes = async (): Promise<readonly string[]> => {
  const vip = await vipOf(lab, "shop");
  return Promise.all(edges.map((edge) => lab.at(edge, `ip -6 -o route show ${vip}`)));
};

async function healed(links: readonly string[]): Promise<void> {
  await each("heal", links);
  type Node = {
    readonly metadata: { readonly name: string };
    readonly status: { readonly sessions: readonly { readonly state: string }[] };
  };
  const sessions = async () => (await lab.read<{ items: readonly Node[] }>("hosts")).items;
  await until("every session is established again", sessions, (nodes) =>
    nodes.every(
      ({ status }) => status.sessions.length === 2 && status.sessions.every(({ state }) => state === "Established"),
    ),
  );
}

describe("one uplink of the only host that serves", () => {
  test("is cut: traffic comes by the other edge", async () => {
    const { host } = await instanceOf(lab, "shop-lb-1");
    await cutUnderLoad("one uplink cut", [`edge1-${host}`]);
    const [first, second] = await until(
      "edge1 goes over edge2",
      routes,
      ([via]) => via?.includes(" dev edge2 ") === true && !via.includes(` dev ${host} `),
    );
    expect(first).not.toContain(` dev ${host} `);
    expect(second).toContain(` dev ${host} `);
    await page(lab, "internet2");
    await healed([`edge1-${host}`]);
    await until("edge1 has its own way again", routes, ([via]) => via?.includes(` dev ${host} `) === true);
  });
});

describe("a whole host", () => {
  beforeAll(async () => {
    await lab.must("scale", "service/shop", "lb=2", "proxy=2", "web=2");
    const used = async () => new Set((await statusOf(lab, "shop")).instances.map(({ host }) => host)).size;
    expect(await used()).toBeGreaterThan(1);
    const ways = async () =>
      (await routes()).map((text) => new Set(hosts.filter((host) => text.includes(` dev ${host} `))).size);
    await until("both edges know two ways", ways, (counts) => counts.every((count) => count === 2));
  });

  test.each([
    ["both uplinks cut", edges.map(String)],
    ["both uplinks and management cut", [...edges.map(String), "mgmt"]],
  ])("%s: tiers of two go on from the other", async (what, peers) => {
    const { host } = await instanceOf(lab, "shop-proxy-1");
    const links = peers.map((peer) => `${peer}-${host}`);
    await cutUnderLoad(what, links);
    await until("both edges have left it", routes, (ways) => ways.every((way) => !way.includes(` dev ${host} `)));
    await page(lab, "internet2");
    await healed(links);
    const ready = async () => (await statusOf(lab, "shop")).instances.every(({ phase }) => phase === "Ready");
    await until("every instance is ready again", ready, Boolean);
  });
});
