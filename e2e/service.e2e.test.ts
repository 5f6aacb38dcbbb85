/** The life of a service, from the first apply to nothing left. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  birds,
  edges,
  fetchFrom,
  fetchOnce,
  hosts,
  instanceOf,
  page,
  shop,
  startLab,
  statusOf,
  vipOf,
  type LiveLab,
} from "./live-lab.ts";
import { changedSessions, difference, enginesAtAll, rulesAt, sessionsOf, whatIsAtAll } from "./node-facts.ts";
import { expectKept, withoutState } from "./kept-rules.ts";
import { revisionsOf, settled } from "./revisions.ts";
import { scratchDirectory } from "./product.ts";
import { startLoad } from "./load.ts";
import { undisturbed, unexplained } from "./undisturbed.ts";
import { until } from "./until.ts";

const nodes = [...birds, "provider"];
const manifest = "examples/shop.yaml";

/** To the provider from an edge; over both edges from a host. */
const isDefaultRoute = (line: string): boolean =>
  /^(edge\d .*: default via|host\d .*: default .*edge1.*edge2)/.test(line);

let lab: LiveLab;
const revisions = (): Promise<unknown> => revisionsOf(lab);
let untouched: readonly string[];
let deleted: string;

beforeAll(async () => {
  lab = await startLab("service");
  await until(
    "every route of the fabric is there",
    () => whatIsAtAll(lab, birds),
    (seen) => seen.filter(isDefaultRoute).length === birds.length,
  );
  untouched = await whatIsAtAll(lab, nodes);
});
afterAll(() => lab.down());

interface Measured {
  readonly items: readonly {
    readonly tier: string;
    readonly instances: number;
    readonly values: Readonly<Record<string, number | null>>;
  }[];
}

describe("apply", () => {
  test("one command leads to a page by name, over TLS that a client can check, from everywhere", async () => {
    const said = await lab.netwright("apply", "-f", manifest);
    expect(said.code).toBe(0);
    expect(said.stdout).toContain("service/shop created");
    expect(said.stderr).toMatch(/ready in /);
    for (const [client, address] of [
      ["internet1", "2001:db8:f:1::2"],
      ["internet2", "2001:db8:f:2::2"],
    ] as const) {
      const { stdout, code } = await fetchOnce(lab, client, shop);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `Welcome to the shop. This is shop-web-1, you are ${address}.\n`,
      });
    }
  });

  test("a client that trusts another authority refuses the page", async () => {
    await lab.at(
      "internet1",
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=stranger -keyout /tmp/key-$$ -out /run/stranger.pem 2>/dev/null; rm /tmp/key-$$",
    );
    // 60: the peer's certificate cannot be authenticated with known CA certificates (curl(1)).
    expect((await fetchOnce(lab, "internet1", shop, "--cacert /run/stranger.pem --capath /nowhere")).code).toBe(60);
    expect((await fetchOnce(lab, "internet1", shop, "--capath /nowhere")).code).toBe(0);
  });

  test("plain HTTP leads to the same page over TLS, for good", async () => {
    const { stdout } = await fetchOnce(lab, "internet1", "'http://shop.example.net/a?b=c'", "--include");
    expect(stdout).toMatch(/^HTTP\/1\.1 308 /);
    expect(stdout).toMatch(/^location: https:\/\/shop\.example\.net\/a\?b=c\r$/m);
  });

  test("an unchanged manifest changes nothing anywhere", async () => {
    const look = async () => ({
      revisions: await revisions(),
      engines: await enginesAtAll(lab, birds),
      history: await lab.json("history"),
    });
    const before = await until("all nodes reached what they were asked for", look, ({ revisions: seen }) =>
      settled(seen),
    );
    const rules = (await rulesAt(lab, "host1")).map(({ key, handle }) => `${key} ${handle}`);
    const plan = await lab.netwright("plan", "-f", manifest);
    expect(plan.code).toBe(0);
    expect(await lab.must("apply", "-f", manifest)).toBe("nothing to change\n");
    expect(await look()).toEqual(before);
    expect((await rulesAt(lab, "host1")).map(({ key, handle }) => `${key} ${handle}`)).toEqual(rules);
  });

  test("get, describe and events tell where it is and how it came about", async () => {
    // A busy machine may lose a session for a moment.
    const { conditions, announcements, instances } = await until(
      "every condition is true, and both edges have it",
      () => statusOf(lab, "shop"),
      (status) =>
        status.conditions.every((each) => each.status === "True") && status.announcements.length === edges.length,
    );
    expect(conditions.map(({ type, status }) => `${type} ${status}`)).toEqual(
      ["Accepted", "ResolvedRefs", "Placed", "Programmed", "Announced", "CertificateReady", "Ready"].map(
        (type) => `${type} True`,
      ),
    );
    const host = instances[0]?.host;
    expect(instances.map((instance) => [instance.tier, instance.host])).toEqual(
      ["lb", "proxy", "web"].map((tier) => [tier, host]),
    );
    const vip = await vipOf(lab, "shop");
    expect(announcements.map((each) => [each.router, each.host, each.prefix])).toEqual(
      edges.map((edge) => [edge, host, `${vip}/128`]),
    );
    const described = await lab.must("describe", "service/shop");
    for (const word of [vip, shop, "shop-web-1", "Placed", "edge1", "stages of the last change"])
      expect(described).toContain(word);
    const events = await lab.must("events", "service/shop");
    for (const reason of ["Created", "Placed", "Programmed", "Announced", "Ready"])
      expect(events).toContain(`${reason}:`);
  });

  test("top shows a load's rate, latency and errors, of each tier and of the machine", async () => {
    const load = await startLoad(lab, "internet1", 20);
    const tiers = async () => {
      const { items } = await lab.json<Measured>("top", "tiers", "service/shop", "--window", "5s");
      const rows = items.map(({ tier, instances, values }): [string, Measured["items"][number]["values"]] => [
        tier,
        { instances, ...values },
      ]);
      return Object.fromEntries(rows);
    };
    // Nearly everything that was sent in five seconds; a busy machine may be late with some, and then has more.
    const isRate = (rate: number | null | undefined): boolean => typeof rate === "number" && rate > 16 && rate < 24;
    const seen = await until(
      "20 requests a second, in both tiers",
      tiers,
      ({ proxy, web }) => isRate(proxy?.["requests"]) && isRate(web?.["requests"]),
    );
    for (const tier of [seen["proxy"], seen["web"]]) {
      expect(tier).toMatchObject({ instances: 1, errorRatio: 0, queue: expect.any(Number) });
      expect(tier?.["latency50"]).toBeGreaterThan(0);
      expect(tier?.["latency99"]).toBeGreaterThanOrEqual(tier?.["latency50"] ?? 0);
      for (const name of ["cpu", "cpuShare", "memory", "received", "sent"]) expect(tier?.[name]).toBeGreaterThan(0);
    }
    const { items: machines } = await lab.json<Measured>("top", "hosts");
    expect(machines.map(({ values }) => values["cpuShare"] !== null)).toEqual([true, true, true]);
    expect(await unexplained(lab, birds, (await load.stop()).failures)).toEqual([]);
    const table = () => lab.must("top", "services", "service/shop");
    const three = /^SERVICE .*\nshop +3 /;
    expect(await until("all three instances are counted", table, (text) => three.test(text))).toMatch(three);
  });
});

describe("scale", () => {
  test("five replicas spread over the hosts, and each one answers with the client's own address", async () => {
    await lab.must("scale", "service/shop", "web=5");
    const webs = (await statusOf(lab, "shop")).instances.filter(({ tier }) => tier === "web");
    const perHost = hosts.map((host) => webs.filter((web) => web.host === host).length).toSorted((a, b) => a - b);
    expect(perHost).toEqual([1, 2, 2]);
    const answered = new Set<string>();
    await until(
      "every replica has answered",
      async () => {
        const text = await lab.at("internet2", `curl -sS --noproxy '*' ${Array(10).fill(shop).join(" ")}`);
        for (const line of text.split("\n")) {
          expect(line).toMatch(/ you are 2001:db8:f:2::2\.$/);
          answered.add(/This is (\S+),/.exec(line)?.[1] ?? line);
        }
        return [...answered].toSorted();
      },
      (seen) => seen.length === 5,
    );
    expect([...answered].toSorted()).toEqual(webs.map(({ id }) => id).toSorted());
  });

  test("and back: those that are left are the oldest, and nothing of the others is", async () => {
    await lab.must("scale", "service/shop", "web=1");
    const gone = async () =>
      (await statusOf(lab, "shop")).instances.filter(({ tier }) => tier === "web").map(({ id }) => id);
    expect(await until("only one is left", gone, ({ length }) => length === 1)).toEqual(["shop-web-1"]);
    const others = await without("shop-web-1");
    // The control groups of a lab's nodes stand side by side in one tree.
    const about = (line: string) => others.includes(line.split(" ")[0] ?? "") && !line.includes(" cgroups: ");
    const left = async () => difference(untouched.filter(about), (await whatIsAtAll(lab, others)).filter(about));
    expect(await until("the other hosts are as they were", left, ({ length }) => length === 0)).toEqual([]);
    await page(lab, "internet1");
  });

  test("one replica more touches no engine, no session, no rule of other hosts, no handle or counter of its own", async () => {
    await lab.must("scale", "service/shop", "web=3", "lb=2");
    await undisturbed(lab, birds, async (attempt) => {
      await until("all nodes reached what they were asked for", revisions, settled);
      const [engines, sessions] = [await enginesAtAll(lab, birds), await sessionsOf(lab, birds)];
      const rules = new Map(await Promise.all(hosts.map(async (host) => [host, await rulesAt(lab, host)] as const)));
      await lab.must("scale", "service/shop", `web=${3 + attempt}`);
      const { host: gaining } = await instanceOf(lab, await newest());
      await until("all nodes reached what they were asked for", revisions, settled);

      const changed = difference(engines, await enginesAtAll(lab, birds));
      expect(changed.filter((line) => !line.startsWith(`left: ${gaining} `))).toEqual([]);
      expect(changedSessions(sessions, await sessionsOf(lab, birds))).toEqual([]);
      await Promise.all(
        hosts.map(async (host) => {
          const [before, now] = [rules.get(host) ?? [], await rulesAt(lab, host)];
          if (host === gaining) expectKept(before, now);
          else expect(withoutState(now)).toEqual(withoutState(before));
        }),
      );
    });
  });
});

describe("history", () => {
  test("undo puts back what was before, and is itself a change", async () => {
    const before = await replicas();
    await lab.must("scale", "service/shop", "web=1");
    const [last] = await lab
      .json<readonly { id: number }[] | { items: readonly { id: number }[] }>("history")
      .then((list) => ("items" in list ? list.items : list));
    await lab.must("undo", String(last?.id));
    expect(await replicas()).toBe(before);
    expect(await lab.must("history")).toMatch(new RegExp(`^${(last?.id ?? 0) + 1}\\s`, "m"));
    await page(lab, "internet1");
  });

  test("a directory with --prune takes away what it no longer names", async () => {
    const directory = scratchDirectory();
    const network = (name: string) =>
      `apiVersion: netwright.dev/v1alpha1\nkind: Network\nmetadata: { name: ${name} }\nspec: {}\n`;
    writeFileSync(join(directory, "a.yaml"), network("one"));
    writeFileSync(join(directory, "b.yaml"), network("two"));
    await lab.must("apply", "-f", directory, "--prune");
    writeFileSync(join(directory, "b.yaml"), network("three"));
    await lab.must("apply", "-f", directory, "--prune");
    expect((await lab.must("get", "networks", "-o", "name")).split("\n")).toEqual(
      expect.arrayContaining(["network/one", "network/three"]),
    );
    expect(await lab.must("get", "networks", "-o", "name")).not.toContain("network/two");
    await lab.must("delete", "network/one", "network/three");
  });
});

describe("delete", () => {
  test("leaves no namespace, link, route, rule, process, cgroup, file, record or announcement", async () => {
    expect(await lab.at("dns", "dig +short @::1 shop.example.net AAAA")).not.toBe("");
    deleted = await vipOf(lab, "shop");
    await lab.must("delete", "service/shop");
    const left = async () => difference(untouched, await whatIsAtAll(lab, nodes));
    expect(await until("every node is as before the first apply", left, ({ length }) => length === 0)).toEqual([]);
    const named = () => lab.at("dns", "dig +short @::1 shop.example.net ANY");
    expect(await until("the name is gone", named, (text) => text === "")).toBe("");
    expect((await fetchFrom(lab, "internet1", shop)).code).not.toBe(0);
    expect((await lab.netwright("get", "service/shop")).code).toBe(3);
    expect((await lab.netwright("delete", "service/shop")).code).toBe(3);
    expect((await lab.netwright("delete", "service/shop", "--ignore-not-found")).code).toBe(0);
  });

  test("and the same manifest serves again, at the address that resolvers still hold", async () => {
    await lab.must("apply", "-f", manifest);
    await page(lab, "internet2");
    expect(await vipOf(lab, "shop")).toBe(deleted);
  });
});

async function without(instance: string): Promise<readonly string[]> {
  const { host } = await instanceOf(lab, instance);
  return hosts.filter((each) => each !== host);
}

async function replicas(): Promise<number | undefined> {
  type Spec = { readonly spec: { readonly tiers: readonly { readonly name: string; readonly replicas?: number }[] } };
  return (await lab.read<Spec>("service/shop")).spec.tiers.find(({ name }) => name === "web")?.replicas;
}

async function newest(): Promise<string> {
  const webs = (await statusOf(lab, "shop")).instances.filter(({ tier }) => tier === "web");
  return webs.toSorted((a, b) => Number(b.id.split("-").at(-1)) - Number(a.id.split("-").at(-1)))[0]?.id ?? "";
}
