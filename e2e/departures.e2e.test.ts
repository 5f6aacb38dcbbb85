/** Hosts that are deleted, closed or lost while a service runs on them, and what is left there. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { birds, edges, hosts, page, startLab, statusOf, vipOf, type LiveLab } from "./live-lab.ts";
import { startLoad } from "./load.ts";
import { enginesAt } from "./node-facts.ts";
import { scratchDirectory } from "./product.ts";
import { undisturbed, unexplained } from "./undisturbed.ts";
import { until } from "./until.ts";

let lab: LiveLab;

beforeAll(async () => {
  lab = await startLab("departures");
  await lab.must("apply", "-f", "examples/shop.yaml");
  await lab.must("scale", "service/shop", "lb=2", "proxy=2", "web=2");
  await page(lab, "internet1");
});
afterAll(() => lab.down());

const placed = async () => (await statusOf(lab, "shop")).instances;
const elsewhere = (host: string) =>
  until(`everything runs, and nothing on ${host}`, placed, (instances) =>
    instances.every((instance) => instance.host !== host && instance.phase === "Ready"),
  );
const namespaces = (host: string) => lab.at(host, "ip -o netns list | grep -c '^nw' || true");
const knownHosts = async () => (await lab.must("get", "hosts", "-o", "name")).trim().split("\n");

/** A manifest of the object as it is. */
async function manifestOf(object: string): Promise<{ readonly path: string; write(spec: object): void }> {
  const { status: _, ...manifest } = await lab.read<Record<string, unknown> & { spec: object }>(object);
  const { name } = manifest["metadata"] as { readonly name: string };
  const path = join(scratchDirectory(), "manifest.yaml");
  const write = (spec: object): void =>
    writeFileSync(path, JSON.stringify({ ...manifest, metadata: { name }, spec: { ...manifest.spec, ...spec } }));
  write({});
  return { path, write };
}

/** @returns failures, of new connections alone where those of kept ones may end with what they led to. */
async function underLoad(work: () => Promise<void>, kept: "kept too" | "new" = "new"): Promise<readonly string[]> {
  const began = Date.now();
  const load = await startLoad(lab, "internet1", 20);
  try {
    await work();
    await load.passes(20);
  } finally {
    await load.stop();
  }
  const { failures, ended } = load.counts();
  process.stdout.write(`${failures.length} of ${ended} requests failed\n`);
  const wanted = failures.filter(({ connection }) => kept === "kept too" || connection === "new");
  // What is drained can be drained again; what is deleted has no sessions that edges still know of.
  const counted = kept === "kept too" ? wanted : await unexplained(lab, edges, wanted);
  if (counted.length > 0) process.stdout.write(await lab.must("events"));
  return counted.map(({ error, at }) => `${error} after ${at - began} ms, at ${new Date(at).toISOString()}`);
}

test("a host with one of two load balancers is drained, and no request fails, on new connections and on kept ones", () =>
  undisturbed(lab, birds, async () => {
    const { host } = (await placed()).find(({ tier }) => tier === "lb") ?? { host: "" };
    const failed = await underLoad(async () => {
      await lab.must("drain", `host/${host}`);
      await elsewhere(host);
      await until(
        "its namespaces are gone",
        () => namespaces(host),
        (count) => count === "0",
      );
    }, "kept too");
    await lab.must("undrain", `host/${host}`);
    expect(failed).toEqual([]);
  }));

test("a deleted host is evacuated and clean, then gone; applied again it is a host as before", async () => {
  const { host } = (await placed()).find(({ tier }) => tier === "lb") ?? { host: "" };
  const manifest = await manifestOf(`host/${host}`);
  const failed = await underLoad(async () => {
    await lab.must("delete", `host/${host}`);
    expect(await knownHosts()).not.toContain(`host/${host}`);
  });
  expect(failed).toEqual([]);
  expect(await namespaces(host)).toBe("0");
  await until(
    "no engine runs there",
    () => enginesAt(lab, host),
    ({ length }) => length === 0,
  );
  await elsewhere(host);
  const vip = await vipOf(lab, "shop");
  for (const edge of edges)
    await until(
      `${edge} has left ${host}`,
      () => lab.at(edge, `ip -6 -o route show ${vip}`),
      (routes) => !routes.includes(` dev ${host} `),
    );
  expect(await lab.must("events", `host/${host}`)).toMatch(/Evacuating[^]*Evacuated[^]*Left/);

  await lab.must("apply", "-f", manifest.path);
  const ready = async () => await lab.must("get", `host/${host}`);
  await until("its agent reports again", ready, (text) => / Ready .* 2\/2 /.test(text));
  await lab.must("scale", "service/shop", "web=4");
  await until("it takes instances again", placed, (instances) => instances.some((each) => each.host === host));
  await lab.must("scale", "service/shop", "web=2");
});

test("what a lost host had is replaced; when it is back it stops it", async () => {
  const { host } = (await placed()).find(({ tier }) => tier === "lb") ?? { host: "" };
  const had = (await placed()).filter((each) => each.host === host).map(({ id }) => id);
  const links = [...edges, "mgmt"].map((peer) => `${peer}-${host}`);
  for (const link of links) await lab.must("lab", "cut", link);
  await until("others have what it had", placed, (instances) =>
    instances.every((each) => each.host !== host && each.phase === "Ready"),
  );
  await page(lab, "internet2");
  expect(await lab.must("events", "service/shop")).toContain(`host ${host} has been silent for 30 s`);
  expect(Number(await namespaces(host))).toBeGreaterThan(0);
  for (const link of links) await lab.must("lab", "heal", link);
  await until(
    "it has stopped what it had",
    () => namespaces(host),
    (count) => count === "0",
  );
  expect((await placed()).map(({ id }) => id)).not.toEqual(expect.arrayContaining(had));
  expect(hosts).toContain(host);
  await page(lab, "internet1");
});
