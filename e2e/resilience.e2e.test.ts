/** kill -9 of anything: what was acknowledged stays, what should flow flows, what is gone comes back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  birds,
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
import { startLoad, type Load } from "./load.ts";
import { difference, enginesAt, enginesAtAll } from "./node-facts.ts";
import { supervisorOf } from "./supervisor.ts";
import { undisturbed } from "./undisturbed.ts";
import { until } from "./until.ts";

let lab: LiveLab;

beforeAll(async () => {
  lab = await startLab("resilience");
  await lab.must("apply", "-f", "examples/shop.yaml");
  await lab.must("scale", "service/shop", "lb=2", "proxy=2", "web=2");
  await page(lab, "internet1");
});
afterAll(() => lab.down());

const programs = { server: "[s]erve --unix=", agent: "[r]un --server=" } as const;

const pidOf = (node: string, program: keyof typeof programs) =>
  lab.at(node, `pgrep -f '${programs[program]}' | head -1`);

async function killProgram(node: string, program: keyof typeof programs): Promise<void> {
  const pid = await until(
    `the ${program} of ${node} runs`,
    () => pidOf(node, program),
    (seen) => seen !== "",
  );
  await lab.at(node, `kill -9 ${pid}`);
}

async function isBack(node: string, program: keyof typeof programs, former: string): Promise<void> {
  const pid = async () => (await lab.tryAt(node, `pgrep -f '${programs[program]}' | head -1`)).stdout.trim();
  await until(`the ${program} of ${node} runs again`, pid, (now) => now !== "" && now !== former);
}

const serverAnswers = () =>
  until(
    "the server answers",
    () => lab.netwright("get", "services"),
    ({ code }) => code === 0,
  );

/** Every node has reached what the server wants of it, as told by agents of now. */
async function converged(): Promise<void> {
  interface Node {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly revision?: { desired: number; observed: number };
      readonly conditions: readonly { type: string; status: string }[];
    };
  }
  const look = async () => {
    const lists = await Promise.all(["hosts", "routers"].map((kind) => lab.read<{ items: readonly Node[] }>(kind)));
    return lists.flatMap((list) => list.items).filter(({ metadata }) => metadata.name !== "provider");
  };
  await until("every node has converged", look, (nodes) =>
    nodes.every(
      ({ status }) =>
        status.revision?.desired === status.revision?.observed &&
        status.conditions.every((condition) => condition.status === "True"),
    ),
  );
}

const stored = async () => ({
  service: await lab
    .read<{ spec: unknown; metadata: unknown }>("service/shop")
    .then(({ spec, metadata }) => ({ spec, metadata })),
  history: await lab.json("history"),
  tokens: await lab.must("token", "list"),
  address: await vipOf(lab, "shop"),
});

/** While it lasts requests come in at a steady rate, half of them on new connections: none may fail. */
const underLoad = (check: (load: Load) => Promise<void>): Promise<void> =>
  undisturbed(lab, birds, async () => {
    const load = await startLoad(lab);
    try {
      await check(load);
    } finally {
      const { failures } = await load.stop();
      expect(failures).toEqual([]);
    }
  });

describe("kill -9 under load", () => {
  test("of the server: nothing acknowledged is lost, no request fails, no engine restarts", () =>
    underLoad(async (load) => {
      const before = { stored: await stored(), engines: await enginesAtAll(lab, birds) };
      const former = await pidOf("control", "server");
      await killProgram("control", "server");
      await load.passes(10);
      await isBack("control", "server", former);
      await serverAnswers();
      await converged();
      expect({ stored: await stored(), engines: await enginesAtAll(lab, birds) }).toEqual(before);
    }));

  test("of every agent: no request fails, engines are adopted by pid and start time", () =>
    underLoad(async (load) => {
      const engines = await enginesAtAll(lab, birds);
      for (const node of birds) {
        const former = await pidOf(node, "agent");
        await killProgram(node, "agent");
        await isBack(node, "agent", former);
      }
      await load.passes(10);
      await converged();
      expect(await enginesAtAll(lab, birds)).toEqual(engines);
    }));

  /** Acknowledged, and then everything that would carry it out is killed. */
  async function killedWhileScaling(replicas: number): Promise<void> {
    await lab.must("scale", "service/shop", `web=${replicas}`, "--no-wait");
    const former = await pidOf("control", "server");
    await Promise.all([killProgram("control", "server"), ...hosts.map((host) => killProgram(host, "agent"))]);
    await isBack("control", "server", former);
    await serverAnswers();
  }

  const webs = async () => (await statusOf(lab, "shop")).instances.filter(({ tier }) => tier === "web");

  test("of server and agents while a tier grows: it is finished, and no request fails", () =>
    underLoad(async (load) => {
      const engines = await enginesAtAll(lab, birds);
      await killedWhileScaling(5);
      await until(
        "five replicas are ready",
        webs,
        (seen) => seen.length === 5 && seen.every(({ phase }) => phase === "Ready"),
      );
      await converged();
      const wanted = (await webs()).map(({ id }) => id);
      const answered = async () => Object.keys(load.counts().answeredBy);
      await until("every replica has answered", answered, (seen) => wanted.every((id) => seen.includes(id)));
      expect(difference(engines, await enginesAtAll(lab, birds)).filter((line) => line.startsWith("gone:"))).toEqual(
        [],
      );
    }));

  test("of server and agents while a tier shrinks: it is finished, and no request fails", () =>
    underLoad(async (load) => {
      await killedWhileScaling(2);
      await until("two replicas are left", webs, ({ length }) => length === 2);
      await converged();
      await load.passes(20);
    }));
});

describe("an engine that is killed comes back", () => {
  /** Kills what the node's shell names, and waits for another in its place. */
  async function killEngine(node: string, pattern: string): Promise<void> {
    const named = async () => (await enginesAt(lab, node)).filter((line) => line.includes(` ${pattern} `));
    const before = await named();
    const pid = before[0]?.split(" ")[2];
    await lab.at(node, `kill -9 ${pid}`);
    const now = await until(
      `${pattern} of ${node} is back`,
      named,
      (seen) => seen.length === before.length && !seen.includes(before[0] as string),
    );
    // Only that one.
    expect(now.filter((line) => before.includes(line))).toEqual(before.slice(1));
  }

  test("HAProxy", async () => {
    const { host } = await instanceOf(lab, "shop-proxy-1");
    await killEngine(host, "haproxy");
    await converged();
    await page(lab, "internet1");
  });

  test("a workload, and the restart is told", async () => {
    const { host } = await instanceOf(lab, "shop-web-1");
    await killEngine(host, "tini");
    type Object = {
      readonly metadata: { readonly name: string };
      readonly status: { readonly restarts: number; readonly phase: string };
    };
    const restarts = async () =>
      (await lab.read<{ items: readonly Object[] }>("instances")).items.filter(
        ({ status }) => status.restarts > 0 && status.phase === "Ready",
      );
    expect((await until("a restart is told", restarts, ({ length }) => length > 0)).length).toBe(1);
    await page(lab, "internet1");
  });

  test("BIRD of a host that announces: its routes return to both edges", async () => {
    const { host } = await instanceOf(lab, "shop-lb-1");
    const vip = await vipOf(lab, "shop");
    const uplinks = async () =>
      Promise.all(
        edges.map((edge) => lab.at(edge, `ip -6 route show ${vip}`).then((text) => text.includes(` dev ${host} `))),
      );
    await until("both edges have the route by this host", uplinks, (seen) => seen.every(Boolean));
    await killEngine(host, "bird");
    await until("both edges have the route by this host again", uplinks, (seen) => seen.every(Boolean));
    await page(lab, "internet1");
  });
});

describe("while the server is down", () => {
  test("agents keep the data path and repair it, also after a restart of their own; the command line says NW1505", async () => {
    const supervisor = supervisorOf(lab, "control.server.log");
    process.kill(supervisor, "SIGSTOP");
    try {
      await underLoad(async (load) => {
        await lab.tryAt("control", `kill -9 $(pgrep -f '${programs.server}')`);
        const said = await lab.netwright("get", "services");
        expect(said.code).toBe(6);
        expect(said.stderr).toContain("NW1505");
        await load.passes(20);
      });

      const { host } = lastKnown;
      const former = await pidOf(host, "agent");
      await killProgram(host, "agent");
      await isBack(host, "agent", former);
      const before = await enginesAt(lab, host);
      const proxy = before.find((line) => line.includes(" haproxy "));
      await lab.at(host, `kill -9 ${proxy?.split(" ")[2]}`);
      const proxies = async () => (await enginesAt(lab, host)).filter((line) => line.includes(" haproxy "));
      await until("the proxy is back without a server", proxies, (seen) => seen.length === 1 && seen[0] !== proxy);
      await until(
        "the page answers without a server",
        () => fetchFrom(lab, "internet2", shop),
        ({ code }) => code === 0,
      );
    } finally {
      process.kill(supervisor, "SIGCONT");
    }
    await serverAnswers();
    await converged();
  });

  let lastKnown: { host: string };
  beforeAll(async () => {
    lastKnown = await instanceOf(lab, "shop-proxy-1");
  });

  /** The lab starts programs again when they end; this is the process that does. */
});
