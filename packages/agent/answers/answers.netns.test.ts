/**
 * From a question for a name to the firewall that lets its address through, before the answer is there: unbound with its
 * script, the agent's socket, nft with real timeouts. Run through tools/sandbox.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds } from "@netwright/base";
import { answersSet, anyDriver, patternsOf, workloadNamespace, type HostState } from "@netwright/contract";
import { connectionsConntrack } from "@netwright/drivers/connections-conntrack/index.ts";
import { firewallNftables } from "@netwright/drivers/firewall-nftables/index.ts";
import { linksIproute2 } from "@netwright/drivers/links/index.ts";
import { resolverUnbound } from "@netwright/drivers/resolver-unbound/index.ts";
import { layoutOf } from "@netwright/drivers/resolver-unbound/layout.ts";
import { parseStat } from "@netwright/drivers/resolver-unbound/parse.ts";
import { hostState, vni, type Instance } from "@netwright/drivers/testing/states.ts";
import { nodeFiles, nodeSystem } from "@netwright/system";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AnswerKeeper } from "./answer-keeper.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-answers-"));
const system = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
const drivers = [linksIproute2, resolverUnbound, firewallNftables, connectionsConntrack].map((driver) =>
  anyDriver(driver as never),
);
const web: Instance = { tier: "web", number: 1, host: 1 };
const asker = workloadNamespace({ project: "default" }, { id: "shop-web-1" });
const tenant = "nwn-default.web";
const named = ["web>api.example.net:8080", "web>*.below.example.net:8080", "web>*.site.example.net:8080"];
const grace = seconds(1);

/** A node on which resolvers have no group of their own yet. */
let hasGroup = false;
const files: typeof nodeFiles = {
  ...nodeFiles,
  read: async (path) => (path === "/etc/group" && !hasGroup ? "" : nodeFiles.read(path)),
};

const stateOf = (egress: readonly string[] = named): HostState => {
  const state = hostState({ instances: [web], policy: [], listeners: [], names: {}, egress }, 1);
  return { ...state, underlay: { ...state.underlay, nameServers: ["::1"] } };
};

async function sh(command: string, netns?: string): Promise<string> {
  const { code, stdout, stderr } = await system.runner.run(
    ["sh", "-euc", command],
    netns === undefined ? {} : { netns },
  );
  if (code !== 0) throw new Error(`${command}: ${stderr}${stdout}`);
  return stdout;
}

async function converge(state: HostState): Promise<void> {
  for (const half of ["install", "retire"] as const) {
    for (const driver of drivers) {
      const want = driver.want(state);
      expect(await driver.apply(system, driver.plan(want, await driver.observe(system, want))[half])).toEqual([]);
    }
  }
}

async function pending(state: HostState): Promise<readonly string[]> {
  const plans = drivers.map(async (driver) => {
    const want = driver.want(state);
    const { install, retire } = driver.plan(want, await driver.observe(system, want));
    return [...install, ...retire].map((change) => driver.describe(change));
  });
  return (await Promise.all(plans)).flat();
}

const ask = async (name: string): Promise<string> =>
  (await sh(`dig +short +time=20 +tries=1 @fd6e:7700::53 ${name} AAAA || true`, asker)).trim().replaceAll("\n", " ");

/** Addresses that a rule lets through now. */
async function admitted(pattern: string): Promise<readonly string[]> {
  const text = await sh(`nft list set inet netwright ${answersSet(pattern as never)}`, tenant);
  return [...text.matchAll(/([0-9a-f:]+) timeout/g)].map(([, address = ""]) => address).toSorted();
}

interface Running {
  readonly kept: AnswerKeeper;
  readonly warnings: readonly string[];
  stop(): Promise<void>;
}

function startAgent(state: HostState): Running {
  const stop = new AbortController();
  const warnings: string[] = [];
  const warn = (event: string, fields?: object): void => void warnings.push(`${event} ${JSON.stringify(fields)}`);
  const kept = new AnswerKeeper({
    system: { ...system, files },
    log: { debug: warn, info: warn, warn, error: warn },
    onNews: () => {},
    grace,
  });
  const over = kept.run(stop.signal);
  kept.want(state);
  return {
    kept,
    warnings,
    stop: async () => {
      stop.abort();
      await over;
    },
  };
}

const socket = layoutOf(system.paths, vni).answers;
const listening = async (): Promise<void> => {
  for (let tries = 0; tries < 3000; tries++) {
    const found = await new Promise<boolean>((resolve) => {
      const connection = createConnection(socket, () => resolve(connection.destroy() && true));
      connection.on("error", () => resolve(false));
    });
    if (found) return;
    await system.clock.sleep(seconds(0.02));
  }
  throw new Error("nobody listens");
};

let agent: Running;

const upstream = `server:
  interface: ::1
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  local-zone: "." static
  local-data: "api.example.net. 600 IN AAAA 2001:db8:f::80"
  local-data: "api.example.net. 600 IN AAAA 2001:db8:f::81"
  local-data: "api.example.net. 600 IN AAAA fd00::80"
  local-data: "brief.below.example.net. 2 IN AAAA 2001:db8:f::93"
  local-data: "fresh.below.example.net. 600 IN AAAA 2001:db8:f::92"
  local-data: "long.below.example.net. 600 IN AAAA 2001:db8:f::90"
  local-data: "alias.below.example.net. 600 IN CNAME cdn.example.org."
  local-data: "cdn.example.org. 600 IN AAAA 2001:db8:f::91"
  local-data: "router.site.example.net. 600 IN AAAA 2001:db8:5::1"
  local-data: "other.example.net. 600 IN AAAA 2001:db8:f::99"
remote-control:
  control-enable: no
`;

beforeAll(async () => {
  await sh(`chmod 755 ${directory}`);
  await nodeFiles.write(join(directory, "upstream.conf"), upstream);
  await system.processes.start(["unbound", "-d", "-c", join(directory, "upstream.conf")], {
    log: join(directory, "log"),
  });
  await converge(stateOf());
  agent = startAgent(stateOf());
  await listening();
});
afterAll(async () => {
  await agent.stop();
  rmSync(directory, { recursive: true });
});

test("nobody but root and resolvers speaks to the agent, and resolvers do as soon as they have a group", async () => {
  const shared = (): readonly unknown[] => {
    const { mode, uid, gid } = statSync(socket);
    return [(mode & 0o777).toString(8), uid, gid];
  };
  await expect.poll(shared).toEqual(["600", 0, 0]);
  const group = Number(execFileSync("getent", ["group", "unbound"], { encoding: "utf8" }).split(":")[2]);
  hasGroup = true;
  agent.kept.restore(new Set());
  await expect.poll(shared).toEqual(["660", 0, group]);
});

test("when an answer is there, the firewall knows its addresses, and only those of the internet", async () => {
  expect(await admitted("api.example.net")).toEqual([]);
  expect(await ask("api.example.net")).toContain("2001:db8:f::80");
  expect(await admitted("api.example.net")).toEqual(["2001:db8:f::80", "2001:db8:f::81"]);
  expect(await pending(stateOf())).toEqual([]);
});

test("an alias leads to the addresses behind it; names without a rule lead nowhere", async () => {
  expect(await ask("ALIAS.below.example.NET")).toContain("2001:db8:f::91");
  expect(await admitted("*.below.example.net")).toEqual(["2001:db8:f::91"]);
  expect(await ask("other.example.net")).toBe("2001:db8:f::99");
  expect(await sh("nft list table inet netwright", tenant)).not.toContain("2001:db8:f::99");
});

test("no name opens the way to what hosts and routers of the site have", async () => {
  const state = stateOf();
  agent.kept.want({ ...state, underlay: { ...state.underlay, site: ["2001:db8:5::1" as never] } });
  expect(await ask("long.below.example.net")).toBe("2001:db8:f::90");
  expect(await ask("router.site.example.net")).toBe("2001:db8:5::1");
  expect(await admitted("*.site.example.net")).toEqual([]);
});

test("an address goes when its time to live and the grace are over, and comes back with the next answer", async () => {
  const isAdmitted = async (): Promise<boolean> => (await admitted("*.below.example.net")).includes("2001:db8:f::93");
  const askedAndAdmitted = async (): Promise<boolean> => {
    expect(await ask("brief.below.example.net")).toBe("2001:db8:f::93");
    return isAdmitted();
  };
  // On a busy machine it may be over before it is looked at.
  await expect.poll(askedAndAdmitted).toBe(true);
  await expect.poll(isAdmitted).toBe(false);
  await expect.poll(askedAndAdmitted).toBe(true);
});

test("without an agent, and with one that hangs, names are answered at once; an answer from the cache fills the next one's sets", async () => {
  await agent.stop();
  await sh("nft flush set inet netwright " + answersSet("*.below.example.net" as never), tenant);
  expect(await ask("long.below.example.net")).toBe("2001:db8:f::90");
  expect(await admitted("*.below.example.net")).toEqual([]);
  let heard = "";
  const hung = createServer((connection) => connection.on("data", (octets) => (heard += octets.toString())));
  await nodeFiles.remove(socket);
  await once(hung.listen(socket), "listening");
  await sh(`chmod 666 ${socket}`);
  const began = performance.now();
  for (let count = 0; count < 5; count++) expect(await ask("long.below.example.net")).toBe("2001:db8:f::90");
  console.info("milliseconds of five answers with an agent that hangs", performance.now() - began);
  // Waited for only once, and told of all: it may come back to its senses.
  await expect.poll(() => heard.split("\n").length - 1).toBe(5);
  hung.close();
  await system.clock.sleep(seconds(1));
  agent = startAgent(stateOf());
  await listening();
  expect(await ask("long.below.example.net")).toBe("2001:db8:f::90");
  expect(await admitted("*.below.example.net")).toEqual(["2001:db8:f::90"]);
});

test("a new agent knows what is let through; a firewall made anew is filled again", async () => {
  await agent.stop();
  agent = startAgent(stateOf());
  await listening();
  const report = { project: "default", name: "web", rules: 0, denied: [] };
  expect(agent.kept.reports([report], stateOf())[0]?.answered).toContainEqual({
    name: "*.below.example.net",
    address: "2001:db8:f::90",
    live: true,
    goodUntil: expect.any(Number),
  });
  await sh("nft delete table inet netwright", tenant);
  // A round that comes as far as links alone has no set to put anything into; nothing is forgotten for that.
  agent.kept.restore(new Set(["links"]));
  await expect.poll(() => agent.warnings.length).toBeGreaterThan(0);
  await converge(stateOf());
  expect(await admitted("*.below.example.net")).toEqual([]);
  agent.kept.restore(new Set(["firewall"]));
  await expect.poll(() => admitted("*.below.example.net")).not.toEqual([]);
  expect(await ask("long.below.example.net")).toBe("2001:db8:f::90");
});

test("another rule's name is told without a restart of the resolver; the last one that goes takes the script along", async () => {
  const processOf = async () => parseStat((await nodeFiles.read(layoutOf(system.paths, vni).process)) ?? "");
  const before = await processOf();
  const more = [...named, "web>other.example.net:8080"];
  agent.kept.want(stateOf(more));
  await converge(stateOf(more));
  expect(await ask("other.example.net")).toBe("2001:db8:f::99");
  expect(await admitted("other.example.net")).toEqual(["2001:db8:f::99"]);
  expect(await processOf()).toEqual(before);
  // A rule whose set no round has made yet costs the others nothing.
  agent.kept.want(stateOf([...more, "web>fresh.below.example.net:8080"]));
  expect(await ask("fresh.below.example.net")).toBe("2001:db8:f::92");
  expect(await admitted("*.below.example.net")).toContain("2001:db8:f::92");
  agent.kept.want(stateOf([]));
  await converge(stateOf([]));
  expect(patternsOf({ egress: stateOf([]).networks[0]?.egress ?? [] })).toEqual([]);
  expect(await sh("nft list sets", tenant)).not.toContain("answers_");
  expect(await ask("other.example.net")).toBe("2001:db8:f::99");
  expect(await pending(stateOf([]))).toEqual([]);
  // The round that had no set to put anything into, and the set that was not there yet.
  const missing = expect.stringContaining("No such file or directory");
  expect(agent.warnings).toEqual([missing, missing]);
});

test("what an answer costs", async () => {
  agent.kept.want(stateOf());
  await converge(stateOf());
  await listening();
  const spans: number[] = [];
  for (let index = 0; index < 40; index++) {
    const line = `${JSON.stringify({ name: `n${index}.below.example.net`, ttl: 60, addresses: [`2001:db8:f::${index}:1`] })}\n`;
    const began = performance.now();
    await new Promise<void>((resolve, reject) => {
      const connection = createConnection(socket, () => connection.write(line));
      connection.on("data", () => resolve(connection.destroy() && undefined));
      connection.on("error", reject);
    });
    spans.push(performance.now() - began);
  }
  expect(await admitted("*.below.example.net")).toHaveLength(40);
  console.info(
    "milliseconds of an answer with a new address",
    spans.toSorted((a, b) => a - b).filter((_, i) => i % 10 === 5),
  );
});
