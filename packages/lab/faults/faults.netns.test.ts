/** Every fault bites, and ends without a trace. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { beginFault, down, endFaults, faultsOf, findLab, status, up } from "../index.ts";
import { context, programs, readLab } from "../testdata/context.ts";
import { readCounters } from "./counters.ts";
import {
  a,
  answered,
  arrivals,
  ask,
  b,
  begin,
  inNode,
  killAll,
  lab,
  labCommand,
  parse,
  probe,
  stay,
  wires,
} from "./testing.ts";

beforeAll(async () => {
  await up(context, { name: lab, manifest: readLab("small-lab.json"), programs });
  await Promise.all(["a", "b"].map((node) => stay(node, "echo", "7000")));
});
afterEach(async () => {
  await endFaults(context, lab);
  const rules = await Promise.all(["a", "b", "lan"].map((node) => inNode(node, "nft", "list", "ruleset")));
  expect(rules.join("")).toBe("");
  expect(await inNode("a", "ls", "/sys/class/net")).toBe("b\nb-2\nlan\nlo\n");
});
afterAll(async () => {
  killAll();
  await down(context, { name: lab });
});

describe("a link that", () => {
  const udp = { protocol: "udp", port: 7001 };

  test("loses frames loses the same for the same seed, and others for another", async () => {
    const run = async (seed: number): Promise<readonly number[]> => {
      const fault = await begin({ link: "a-b", impair: { loss: "10%", match: udp, seed } });
      // The farewell is repeated, so it gets through.
      const came = await arrivals(400);
      await fault.end();
      return came;
    };
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(first.length).toBeGreaterThan(330);
    expect(first.length).toBeLessThan(390);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("delays, delays both ways; from one end only, one", async () => {
    const both = await begin({ link: "a-b", impair: { delay: "10ms" } });
    const patience = 20;
    expect((await ask("a", b, 5, { patience })).shortest).toBeGreaterThanOrEqual(20);
    await both.end();
    // Of several round trips the shortest has met a machine that was free for a moment.
    await begin({ link: "a-b", impair: { delay: "150ms" }, from: "b" });
    const { shortest, got } = await ask("a", b, 10, { patience });
    expect([got.length, Math.floor(shortest / 150)]).toEqual([10, 1]);
  });

  test("damages frames: who gets them finds out; duplicates arrive; two faults add up", async () => {
    const fault = await begin({ link: "a-b", impair: { corrupt: "10%", match: udp }, from: "a" });
    const second = await begin({ link: "a-b", impair: { duplicate: "20%", match: udp }, from: "a" });
    const came = await arrivals(400);
    const { paths } = await findLab(context, lab);
    const [damaged, doubled] = [fault, second].map(({ id }) => readCounters(paths, id));
    expect(damaged?.corrupted).toBeGreaterThan(20);
    expect(doubled?.duplicated).toBeGreaterThan(40);
    // Some are no longer what the second one looks for.
    expect(doubled?.taken).toBeLessThanOrEqual(damaged?.sent ?? 0);
    // A bit flipped in the flow label or the hop limit hurts nobody.
    expect(new Set(came).size).toBeGreaterThanOrEqual(400 - (damaged?.corrupted ?? 0));
    expect(new Set(came).size).toBeLessThan(400);
    expect(came.length).toBeGreaterThan(new Set(came).size);
  });

  test("is cut one way still carries the other", async () => {
    const { said } = await stay("b", "count", "7003");
    const send = (to: string, from: string): Promise<string> =>
      inNode(from, "perl", probe, "send", to, "7003", "3", "50");
    await begin({ link: "a-b", cut: true, from: "b" });
    expect(await answered("a", b)).toBe(false);
    await send(b, "a");
    await expect.poll(said).toEqual(["0", "1", "2"]);
    expect(await inNode("a", "cat", "/sys/class/net/b/carrier")).toBe("1\n");
    expect((await status(context, { lab })).faults.map(({ description }) => description)).toEqual(["a-b: cut, from b"]);
  });

  test("is down takes the carrier from both, and gives back what stood there", async () => {
    const state = async (node: string): Promise<string> =>
      (await inNode(node, "ip", "-o", "addr", "show", "dev", node === "a" ? "b" : "a")) +
      (await inNode(node, "ip", "-o", "-6", "route", "show", "table", "all")) +
      (await inNode(node, "ip", "neigh", "show", "nud", "permanent"));
    await inNode(
      "a",
      "sh",
      "-c",
      `ip -6 route add 2001:db8:5::/48 via ${b} dev b; ip addr add 192.0.2.1/24 dev b; ip route add 198.51.100.0/24 dev b`,
    );
    const before = [await state("a"), await state("b")];
    const fault = await begin({ link: "a:b", state: "down" });
    expect(await inNode("b", "ip", "-o", "link", "show", "dev", "a")).toContain("NO-CARRIER");
    expect(await answered("a", b)).toBe(false);
    await expect(begin({ link: "a-b", state: "down" })).rejects.toMatchObject({ code: "NW1702" });
    await fault.end();
    expect([await state("a"), await state("b")].map(sorted)).toEqual(before.map(sorted));
    await expect.poll(() => answered("a", b)).toBe(true);
  });

  test("flaps falls and rises until it ends", async () => {
    const fault = await begin({ link: "a-b", flap: { every: "200ms", down: "100ms" } });
    for (const words of [["NO-CARRIER"], ["LOWER_UP"], ["NO-CARRIER"]])
      await expect.poll(() => inNode("b", "ip", "link", "show", "dev", "a"), { interval: 10 }).toContain(words[0]);
    await fault.end();
    await expect.poll(() => answered("a", b)).toBe(true);
  });

  test("has a smaller MTU says so, or does not", async () => {
    const told = await begin({ link: "a-b", mtu: 1300 });
    expect(await inNode("b", "cat", "/sys/class/net/a/mtu")).toBe("1300\n");
    await told.end();
    expect(await inNode("b", "cat", "/sys/class/net/a/mtu")).toBe("1500\n");
    await begin({ link: "a-b", mtu: 1300, silently: true });
    expect(await answered("a", b, 1253)).toBe(false);
    await expect.poll(() => answered("a", b, 1252)).toBe(true);
  });

  test("is free again when its wire is killed, and the fault says that it has ended", async () => {
    await begin({ link: "a-b", impair: { loss: "100%", seed: 1 } });
    expect(await answered("a", b)).toBe(false);
    for (const pid of wires()) process.kill(pid, "SIGKILL");
    await expect.poll(() => answered("a", b)).toBe(true);
    await expect.poll(async () => (await faultsOf(context, lab))[0]?.state).toBe("Ended");
  });
});

const sorted = (text: string): readonly string[] => text.split("\n").toSorted();

test("a partition keeps groups apart on every way, and leaves others alone", async () => {
  await begin({ partition: [["a"], ["b"]] });
  expect(await answered("a", b)).toBe(false);
  expect(await answered("b", a)).toBe(false);
  expect((await inNode("client", "dig", "+short", "+time=2", "ns.example.net", "AAAA")).trim()).not.toBe("");
});

test("a fault ends by itself when its time is over", async () => {
  const fault = await begin({ link: "a-b", cut: true, for: "300ms" });
  await expect.poll(() => faultsOf(context, lab)).toEqual([]);
  await expect.poll(() => answered("a", b)).toBe(true);
  await fault.end();
});

describe("a node", () => {
  test("that is paused answers nothing until it goes on", async () => {
    const fault = await begin({ node: "b", state: "paused" });
    expect(await answered("a", b)).toBe(false);
    await expect(begin({ node: "b", state: "off" })).rejects.toMatchObject({ code: "NW1702" });
    await fault.end();
    await expect.poll(() => answered("a", b)).toBe(true);
  });

  test("whose command was under way from outside has it go on after a pause", async () => {
    const command = ["sh", "-c", "touch /run/began; until [ -e /run/go ]; do sleep 0.1; done"];
    const child = spawn(process.execPath, [labCommand, "exec", lab, "b", ...command], { stdio: "inherit" });
    const closed = once(child, "close");
    await expect.poll(() => inNode("b", "ls", "/run")).toContain("began");
    await begin({ node: "b", state: "paused", for: "300ms" });
    await expect.poll(() => faultsOf(context, lab)).toEqual([]);
    await inNode("b", "touch", "/run/go");
    expect(await closed).toEqual([0, null]);
  });

  const unbound = async () =>
    (await status(context, { lab })).nodes.find(({ name }) => name === "resolver")?.programs[0];
  const resolves = async (): Promise<boolean> =>
    (await inNode("client", "dig", "+short", "+time=1", "+tries=1", "ns.example.net", "AAAA")).startsWith("fd00");

  test("whose program is killed starts it again, at once or when the fault ends", async () => {
    const { restarts = 0 } = (await unbound()) ?? {};
    await begin({ node: "resolver", kill: "unbound" });
    await expect.poll(async () => (await unbound())?.restarts).toBe(restarts + 1);
    await expect.poll(resolves).toBe(true);
    const fault = await begin({ node: "resolver", kill: "unbound", signal: "TERM", for: "1m" });
    await expect.poll(resolves).toBe(false);
    await fault.end();
    await expect.poll(resolves).toBe(true);
    await expect(begin({ node: "a", kill: "nobody" })).rejects.toMatchObject({ code: "NW1701" });
  });

  test("whose program is not the lab's has it killed again and again, until the fault ends", async () => {
    const sleep = (time: string): Promise<string> => inNode("a", "sh", "-c", `sleep ${time}; echo $?`);
    const first = sleep("20");
    await expect.poll(() => inNode("a", "pgrep", "-x", "sleep")).not.toBe("");
    const fault = await begin({ node: "a", kill: "sleep", for: "1m" });
    expect([await first, await sleep("20")]).toEqual(["137\n", "137\n"]);
    await fault.end();
    expect(await sleep("0.3")).toBe("0\n");
  });

  test("that loses its power forgets what it had in memory, and starts anew", async () => {
    await inNode("resolver", "touch", "/run/mine", "/var/lib/netwright/mine");
    const addresses = await inNode("resolver", "ip", "-o", "addr");
    // Its own rules go, another fault's are not its own.
    await inNode("resolver", "nft", "add table inet mine; add table netdev netwright_fault_200");
    const fault = await begin({ node: "resolver", state: "off" });
    expect(await inNode("resolver", "nft", "list", "tables")).toBe("table netdev netwright_fault_200\n");
    await inNode("resolver", "nft", "delete table netdev netwright_fault_200");
    // Whoever served the command before lingers for a moment.
    await expect.poll(() => inNode("resolver", "ps", "-eo", "comm=")).toBe("keeper\nkeeper\nps\n");
    expect(await resolves()).toBe(false);
    await fault.end();
    await expect.poll(resolves).toBe(true);
    expect(sorted(await inNode("resolver", "ip", "-o", "addr"))).toEqual(sorted(addresses));
    expect(await inNode("resolver", "sh", "-c", "ls /run/mine /var/lib/netwright/mine 2>/dev/null")).toBe(
      "/var/lib/netwright/mine\n",
    );
  });

  test("without DNS resolves nothing; elsewhere all is well", async () => {
    const fault = await begin({ node: "client", dns: "fail" });
    expect(await resolves()).toBe(false);
    expect(await inNode("resolver", "dig", "+short", "+time=2", "@::1", "ns.example.net", "AAAA")).toContain("fd00");
    await fault.end();
    await expect.poll(resolves).toBe(true);
  });

  test("whose clock is wrong has it wrong for what starts then, and alone", async () => {
    const ahead = async (node: string): Promise<number> =>
      Math.round((Number(await inNode(node, "date", "+%s")) - Date.now() / 1000) / 60) + 0;
    const fault = await begin({ node: "a", clock: "+1h" });
    expect([await ahead("a"), await ahead("b")]).toEqual([60, 0]);
    await expect(begin({ node: "a", clock: "-1h" })).rejects.toMatchObject({ code: "NW1702" });
    await fault.end();
    expect(await ahead("a")).toBe(0);
  });

  test("whose disk is full can write no more; one that is not its own is not filled", async () => {
    const write = (): Promise<string> =>
      inNode("a", "sh", "-c", "head -c 100000 /dev/zero >/run/more 2>/dev/null && echo written; rm -f /run/more");
    const fault = await begin({ node: "a", diskFull: "/run", leave: "64Ki" });
    expect(await write()).toBe("");
    await fault.end();
    expect(await write()).toBe("written\n");
    // What is written over the machine's files lies in the machine's memory.
    for (const diskFull of ["/var/lib/netwright", "/etc", "/srv"])
      expect(await beginFault(context, lab, parse({ node: "a", diskFull }), { seed: 1 })).toMatchObject({
        kind: "Skipped",
        reason: expect.stringContaining("not the node's alone"),
      });
  });
});

test("who begins may be killed at any moment: the next one ends it", async () => {
  const lost = { link: "a-b", impair: { loss: "100%", seed: 1 } };
  const fallen = { link: "a-b", state: "down" };
  for (const wanted of [lost, lost, lost, fallen, fallen, { node: "b", state: "paused" }]) {
    const child = spawn(process.execPath, [labCommand, "fault", lab, JSON.stringify(wanted)], { stdio: "inherit" });
    const closed = once(child, "close");
    await expect.poll(() => faultsOf(context, lab), { interval: 1 }).toHaveLength(1);
    child.kill("SIGKILL");
    await closed;
    await endFaults(context, lab);
    await expect.poll(() => answered("a", b)).toBe(true);
    expect(wires()).toEqual([]);
  }
});

test("what is not there is told", async () => {
  await expect(begin({ link: "nowhere", cut: true })).rejects.toMatchObject({ code: "NW1701" });
  await expect(begin({ link: "a-b", cut: true, from: "dns" })).rejects.toMatchObject({ code: "NW1701" });
  await expect(begin({ link: "a-b", mtu: 1300, cut: true })).rejects.toMatchObject({ code: "NW1205" });
  expect(await faultsOf(context, lab)).toEqual([]);
});
