import { NetwrightError } from "@netwright/base";
import { systemClock } from "@netwright/base/node-clock.ts";
import type { Driver, HostState, NodeSystem, Problem, Slot } from "@netwright/contract";
import { describe, expect, test } from "vitest";
import { Converger, type Round } from "./converger.ts";
import { converge, type RoundResult } from "./round.ts";

const system = { clock: systemClock } as NodeSystem;
const state = { node: "host1" } as HostState;
const slots: readonly Slot[] = [
  "links",
  "resolver",
  "firewall",
  "connections",
  "volumes",
  "runtime",
  "proxy",
  "loadBalancer",
  "bgp",
];

type Gate = PromiseWithResolvers<void>;

/** A driver that wants one thing, has another, and writes what it does into a journal. */
function driver(
  slot: Slot,
  journal: string[],
  behave: { problem?: Problem; throws?: Error; during?: () => Promise<void> } = {},
): Driver {
  let have = "old";
  return {
    slot,
    name: "fake",
    probe: async () => [],
    want: () => "new",
    observe: async () => {
      if (behave.throws) throw behave.throws;
      return have;
    },
    plan: (want, seen) => (want === seen ? { install: [], retire: [] } : { install: ["new"], retire: ["old"] }),
    apply: async (_system, changes) => {
      journal.push(`${slot} ${changes.join()}`);
      await behave.during?.();
      if (behave.problem) return [behave.problem];
      // Connections are only ever taken away.
      if (changes.includes("new") || slot === "connections") have = "new";
      return [];
    },
    describe: (change) => String(change),
  };
}

async function round(drivers: readonly Driver[]): Promise<RoundResult> {
  const result = await converge(
    drivers.map((each) => ({ driver: each, want: each.want(state) })),
    system,
  );
  if (result === undefined) throw new Error("dropped");
  return result;
}

describe("a round", () => {
  test("makes before it breaks, and takes announcements and members away first", async () => {
    const journal: string[] = [];
    const result = await round(slots.map((slot) => driver(slot, journal)));
    expect(journal).toMatchInlineSnapshot(`
      [
        "bgp old",
        "loadBalancer old",
        "links new",
        "resolver new",
        "firewall new",
        "volumes new",
        "proxy new",
        "loadBalancer new",
        "runtime new",
        "bgp new",
        "proxy old",
        "runtime old",
        "resolver old",
        "volumes old",
        "links old",
        "firewall old",
        "connections old",
      ]
    `);
    expect(result.problems).toEqual([]);
    expect(result.changes).toHaveLength(17);
  });

  test("configures resolvers while links and firewalls are made, which takes none of them longer", async () => {
    const [links, resolver, firewall] = [0, 1, 2].map(() => Promise.withResolvers<void>()) as [Gate, Gate, Gate];
    // Each ends only when the others have begun: one after the other nobody would.
    const during: Partial<Record<Slot, () => Promise<void>>> = {
      links: async () => {
        links.resolve();
        await resolver.promise;
      },
      resolver: async () => {
        resolver.resolve();
        await Promise.all([links.promise, firewall.promise]);
      },
      firewall: async () => firewall.resolve(),
    };
    const journal: string[] = [];
    const drivers = slots.map((slot) => driver(slot, journal, during[slot] && { during: during[slot] }));
    expect((await round(drivers)).problems).toEqual([]);
    // Nothing that runs goes before the resolver that it asks.
    expect(journal.indexOf("runtime new")).toBeGreaterThan(journal.indexOf("firewall new"));
  });

  test("runs and announces nothing new while the firewall is not in place", async () => {
    const journal: string[] = [];
    const problem: Problem = { slot: "firewall", code: "NW1601", message: "refused" };
    const drivers = slots.map((slot) => driver(slot, journal, slot === "firewall" ? { problem } : {}));
    const result = await round(drivers);
    const made = journal.filter((line) => line.endsWith("new"));
    expect(made).toEqual(["links new", "resolver new", "firewall new", "volumes new"]);
    expect(result.problems).toContainEqual(problem);
  });

  test("a driver that cannot observe is a problem of its slot only", async () => {
    const journal: string[] = [];
    const throws = new NetwrightError("NW1605", "birdc did not answer");
    const drivers = slots.map((slot) => driver(slot, journal, slot === "bgp" ? { throws } : {}));
    const result = await round(drivers);
    expect(result.problems).toEqual([{ slot: "bgp", code: "NW1605", message: "birdc did not answer" }]);
    expect(journal).toContain("loadBalancer new");
  });
});

describe("the converger", () => {
  const rounds = async (drivers: readonly Driver[], enough: (seen: readonly Round[]) => boolean): Promise<Round[]> => {
    const stop = new AbortController();
    const seen: Round[] = [];
    const converger = new Converger(drivers, system, (result) => {
      seen.push(result);
      if (enough(seen)) stop.abort();
    });
    converger.setGoal({ revision: 7, state });
    await converger.run(stop.signal);
    return seen;
  };

  test("repeats a round that changed something, and calls it converged when nothing was left", async () => {
    const seen = await rounds(
      slots.map((slot) => driver(slot, [])),
      (all) => all.at(-1)?.converged === true,
    );
    expect(seen.map(({ converged, goal }) => [goal.revision, converged])).toEqual([
      [7, false],
      [7, true],
    ]);
  });

  test("keeps trying what fails", async () => {
    const problem: Problem = { slot: "links", code: "NW1601", message: "refused" };
    const seen = await rounds([driver("links", [], { problem })], (all) => all.length === 3);
    expect(seen.every(({ converged }) => !converged)).toBe(true);
  });
});
