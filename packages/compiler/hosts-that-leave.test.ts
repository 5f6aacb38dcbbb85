/** Hosts that fall silent, are closed or are deleted. */
import { describe, expect, test } from "vitest";
import { anyDeparted } from "./place/gone.ts";
import { cleaningTimeout } from "./place/leaving-hosts.ts";
import { evacuationTimeout, lostAfter } from "./place/standing.ts";
import { defaultDrainTimeout } from "./reconcile.ts";
import { fabric, inner, objectsOf, shop, start } from "./testing.ts";
import { Situation, withoutHost } from "./testing/situations.ts";

const closed = (text: string, host: number): string =>
  text.replace(`  id: ${host}\n`, `  id: ${host}\n  schedulable: false\n`);
const silent = { ready: false, heardAt: start } as const;
const announcing = ({ compiled }: Situation): string[] =>
  [...compiled.states].filter(([, { role, bgp }]) => role === "Host" && bgp.announce.length > 0).map(([node]) => node);

describe("a host that is silent", () => {
  test("loses nothing while it may come back", () => {
    const world = new Situation(objectsOf(fabric(2), inner("db")));
    world.node("host1", silent).pass(lostAfter - 1);
    expect(world.step().changes).toEqual([]);
    expect(world.last?.nextAt).toBe(start + lostAfter);
    expect(world.placed()).toEqual(["db-main-1 host1"]);
  });

  test("is not one that reports, whatever its clock or ours says", () => {
    const world = new Situation(objectsOf(fabric(2), inner("db")));
    world.node("host1", { ...silent, ready: true }).pass(10 * lostAfter);
    expect(world.step().changes).toEqual([]);
  });

  test("has its instances replaced after that; they go when others do their work", () => {
    const world = new Situation(objectsOf(fabric(2), inner("db")));
    world.node("host1", silent).pass(lostAfter).unready("db-main-2");
    world.settle();
    expect(world.placed()).toEqual(["db-main-1 host1", "db-main-2 host2"]);
    world.ready().node("host1", silent);
    expect(world.settle()).toEqual(["Remove db-main-1: host host1 has been silent for 30 s; others do its work"]);
    expect(world.compiled.states.get("host1")?.networks).toEqual([]);
    expect(world.last?.nextAt).toBeNull();
  });

  test("has its load balancer replaced once the edges lead to the other, which is looked at although it is no news", () => {
    const world = new Situation(objectsOf(fabric(2), shop()));
    const { host } = world.instances.find(({ tier }) => tier === "lb") ?? { host: "" };
    const other = host === "host1" ? "host2" : "host1";
    world.node(host, silent).pass(lostAfter).node(other, { ready: true, inForce: true, settled: false });
    world.settle();
    expect(world.placed("lb")).toHaveLength(2);
    expect(world.last?.nextAt).toBe(world.now + 1000);
    world.ready().node(host, silent).settle();
    expect(world.placed("lb")).toEqual([`shop-lb-2 ${other}`]);
    expect(world.last?.nextAt).toBeNull();
  });

  test("keeps what it has when it is back before that", () => {
    const world = new Situation(objectsOf(fabric(2), inner("db")));
    world.node("host1", silent).pass(lostAfter).unready("db-main-2");
    world.settle();
    world.ready().unready("db-main-2");
    expect(world.settle()[0]).toBe("Drain db-main-2: main has 1 replica now");
    expect(world.ready().settle()).toEqual(["Remove db-main-2: it has drained"]);
    expect(world.placed()).toEqual(["db-main-1 host1"]);
  });

  test("keeps what has no other place, and that is told without end and without blame", () => {
    const world = new Situation(objectsOf(fabric(2), shop({ web: 2, spread: "required" })));
    world.node("host2", silent).pass(lostAfter);
    expect(world.settle()).toEqual([]);
    expect(world.placed("web")).toEqual(["shop-web-1 host1", "shop-web-2 host2"]);
    expect(world.last).toMatchObject({
      nextAt: null,
      diagnostics: [
        {
          code: "NW1404",
          subject: "service/shop",
          message:
            "shop-web-2 cannot be replaced (host host2 has been silent for 30 s): host1: has an instance of web, and spread is required; host2: not ready",
        },
      ],
    });
    // What is missing beside it is the manifest's fault.
    world.step(objectsOf(fabric(2), shop({ web: 3, spread: "required" })));
    expect(world.last?.diagnostics.map(({ code, message }) => `${code} ${message.slice(0, 26)}`)).toEqual([
      "NW1402 1 of 3 instances of web fi",
      "NW1404 shop-web-2 cannot be repla",
    ]);
  });

  test("is the first to give when the tier shrinks, whatever its numbers", () => {
    const world = new Situation(objectsOf(fabric(2), shop({ web: 2, spread: "required" })));
    world.node("host1", silent).pass(lostAfter);
    world.settle(objectsOf(fabric(2), shop({ web: 1, spread: "required" })));
    expect(world.placed("web")).toEqual(["shop-web-2 host2"]);
  });

  test("has its load balancer replaced as well, also when every tier was there", () => {
    const world = new Situation(objectsOf(fabric(2), shop()));
    world.node("host1", silent).pass(lostAfter);
    world.settle();
    expect(world.placed()).toEqual(["shop-lb-2 host2", "shop-proxy-2 host2", "shop-web-2 host2"]);
    expect(announcing(world)).toEqual(["host2"]);
  });

  test("a fabric that is silent as a whole keeps everything", () => {
    const world = new Situation(objectsOf(fabric(2), shop()));
    world
      .node("host1", silent)
      .node("host2", silent)
      .pass(10 * lostAfter);
    expect(world.settle()).toEqual([]);
    expect(announcing(world)).toEqual(["host1"]);
  });
});

describe("a host that is not schedulable", () => {
  test("is evacuated: what replaces its instances is there before they drain", () => {
    const world = new Situation(objectsOf(fabric(2), inner("db")));
    world.unready("db-main-2").settle(objectsOf(closed(fabric(2), 1), inner("db")));
    expect(world.placed()).toEqual(["db-main-1 host1", "db-main-2 host2"]);
    expect(world.ready().settle()).toEqual([
      "Drain db-main-1: host host1 is not schedulable",
      "Remove db-main-1: it has drained",
    ]);
  });

  test("announces until another host does", () => {
    const world = new Situation(objectsOf(fabric(2), shop()));
    const before = world.observed.nodes.get("host1");
    const mute = { ready: true, settled: true, announced: new Set<never>() };
    world.node("host2", mute).node("host1", before ?? mute);
    world.settle(objectsOf(closed(fabric(2), 1), shop()));
    expect(world.placed("lb")).toEqual(["shop-lb-1 host1", "shop-lb-2 host2"]);
    expect(announcing(world)).toEqual(["host1", "host2"]);
    world.ready().settle();
    expect(announcing(world)).toEqual(["host2"]);
    expect(world.placed()).toEqual(["shop-lb-2 host2", "shop-proxy-2 host2", "shop-web-2 host2"]);
  });

  test("keeps what fits nowhere else", () => {
    const world = new Situation(objectsOf(fabric(1), inner("db")));
    expect(world.settle(objectsOf(closed(fabric(1), 1), inner("db")))).toEqual([]);
    expect(world.last?.diagnostics).toMatchObject([
      {
        code: "NW1404",
        message: "db-main-1 cannot be replaced (host host1 is not schedulable): host1: not schedulable",
      },
    ]);
    expect(world.settle(objectsOf(fabric(1), inner("db")))).toEqual([]);
    expect(world.placed()).toEqual(["db-main-1 host1"]);
  });

  test("a changed workload there is not replaced by making room where none is taken", () => {
    const world = new Situation(objectsOf(fabric(1), inner("db")));
    world.settle(objectsOf(closed(fabric(1), 1), inner("db").replace("5432", "5433")));
    expect(world.placed()).toEqual(["db-main-1 host1"]);
  });
});

describe("a host that is deleted", () => {
  const objects = objectsOf(fabric(2), shop());

  test("is evacuated, left clean, then gone", () => {
    const world = new Situation(objects);
    world.unready("shop-web-2");
    world.settle(withoutHost(objects, "host1"));
    expect(world.placed("web")).toEqual(["shop-web-1 host1", "shop-web-2 host2"]);
    expect(world.compiled.states.get("host1")?.networks).toHaveLength(1);
    world.ready().node("host1", { ready: true, announced: new Set(), settled: false });
    const said = world.settle();
    expect(said).toContain("Drain shop-web-1: host host1 is deleted");
    expect(said.at(-1)).toBe("Evacuated host1: no instance is on it; its agent puts away the rest");
    const state = world.compiled.states.get("host1");
    expect([state?.networks, state?.bgp.announce, state?.bgp.neighbors.length]).toEqual([[], [], 2]);
    expect(anyDeparted(world.ledger, () => world.observed)).toBe(false);
    world.ready();
    expect(anyDeparted(world.ledger, () => world.observed)).toBe(true);
    expect(world.settle()).toEqual(["Left host1: nothing of ours is on it"]);
    expect([...world.compiled.states.keys()]).not.toContain("host1");
    expect(world.compiled.states.get("host2")?.underlay.tunnelPeers).toEqual([]);
  });

  test("and where no instance is, it is gone as soon as its agent has seen that", () => {
    const world = new Situation(objects);
    expect(world.settle(withoutHost(objects, "host2"))).toEqual([
      "Evacuating host2: it is deleted; what it has is placed elsewhere first",
      "Evacuated host2: no instance is on it; its agent puts away the rest",
      "Left host2: nothing of ours is on it",
    ]);
  });

  test("is given up when it is silent, or does not come to an end", () => {
    const lost = new Situation(objects);
    lost.node("host1", silent).pass(lostAfter);
    expect(lost.settle(withoutHost(objects, "host1"))).toContain("Left host1: nothing is heard of it");
    expect(lost.placed()).toEqual(["shop-lb-2 host2", "shop-proxy-2 host2", "shop-web-2 host2"]);

    const stuck = new Situation(objects);
    stuck.unready("shop-web-2").node("host1", { ready: true, announced: new Set(), settled: false });
    stuck.settle(withoutHost(objects, "host1"));
    stuck.pass(defaultDrainTimeout).settle();
    expect(stuck.last?.nextAt).toBe(start + evacuationTimeout);
    stuck.pass(evacuationTimeout).settle();
    expect(stuck.placed("web")).toEqual(["shop-web-2 host2"]);
    stuck.pass(defaultDrainTimeout).settle();
    const ends = stuck.last?.nextAt ?? 0;
    expect(ends).toBeLessThanOrEqual(stuck.now + cleaningTimeout);
    expect(stuck.pass(ends - stuck.now).settle()).toEqual(["Left host1: its agent had the time to clean up"]);
  });

  test("is a host again when it is applied again", () => {
    const world = new Situation(objects);
    world.unready("shop-web-2").settle(withoutHost(objects, "host1"));
    world.settle({ ...objects });
    world.ready().settle();
    expect(world.kinds()).not.toContain("LeavingHost");
    expect(world.instances.filter(({ tier }) => tier === "web")).toHaveLength(1);
  });

  test("cannot be deleted where its instances fit nowhere else, and its number is taken until it is gone", () => {
    const alone = objectsOf(fabric(1), inner("db"));
    const world = new Situation(alone);
    expect(world.step(withoutHost(alone, "host1")).diagnostics).toContainEqual(
      expect.objectContaining({ code: "NW1402", message: "1 of 1 instances of main fit nowhere: there is no Host" }),
    );
    const other = new Situation(objects);
    const renamed = objectsOf(
      fabric(2).replace("{ name: host2 }", "{ name: host9 }").replaceAll("host: host2", "host: host9"),
      shop(),
    );
    expect(other.step(renamed).diagnostics).toContainEqual(
      expect.objectContaining({ code: "NW1302", message: "host number 2 is claimed by host/host2 too" }),
    );
  });
});

test("instances of hosts in a ledger from before that nobody remembers go at once", () => {
  const objects = objectsOf(fabric(2), inner("db"));
  const world = new Situation(objects);
  world.objects = withoutHost(objects, "host1");
  expect(world.settle()[0]).toBe("Remove db-main-1: host host1 is deleted");
  expect(world.last?.nextAt).toBeNull();
});
