/**
 * One round of convergence: observe slots, plan, apply in the order that makes before it breaks.
 * No memory: what a round does depends on the wanted state and on what it observes, on nothing else.
 */
import { isNetwrightError, messageOf, type Milliseconds } from "@netwright/base";
import type { Driver, HostState, NodeSystem, Plan, Problem, Slot } from "@netwright/contract";
import type { Work } from "./attention.ts";

export interface RoundResult {
  /** Changes that were made, in the order they were made, one line each. */
  readonly changes: readonly string[];
  readonly problems: readonly Problem[];
  /** Slots that changed something, with the time it took. */
  readonly stages: readonly { readonly slot: Slot; readonly took: Milliseconds }[];
}

interface Step {
  readonly slot: Slot;
  readonly half: keyof Plan<unknown>;
  /** What must have gone well in this round before the step may run. */
  readonly needs?: readonly Slot[];
}

// An announcement and a member go before what they lead to. New things come in the order of a packet's dependencies,
// and nothing new runs or is announced while its links or its firewall are not in place. Chains of one line run side by
// side: containers and proxies take longest to start, and a member that is picked now is ready already.
const guarded: readonly Slot[] = ["links", "firewall"];
const steps: readonly (readonly (readonly Step[])[])[] = [
  [[{ slot: "bgp", half: "retire" }]],
  [[{ slot: "loadBalancer", half: "retire" }]],
  // A resolver binds its address before it is there, and starts while links and rules are made.
  [
    [
      { slot: "links", half: "install" },
      { slot: "firewall", half: "install", needs: ["links"] },
    ],
    [{ slot: "resolver", half: "install" }],
  ],
  [
    [
      { slot: "volumes", half: "install" },
      { slot: "runtime", half: "install", needs: guarded },
    ],
    [{ slot: "proxy", half: "install", needs: guarded }],
    [
      { slot: "loadBalancer", half: "install", needs: guarded },
      { slot: "bgp", half: "install", needs: guarded },
    ],
  ],
  [[{ slot: "proxy", half: "retire" }], [{ slot: "runtime", half: "retire" }]],
  [[{ slot: "resolver", half: "retire" }], [{ slot: "volumes", half: "retire" }]],
  [[{ slot: "links", half: "retire" }]],
  [[{ slot: "firewall", half: "retire" }]],
];

/**
 * What a round would change, each as a problem of its slot; changes nothing.
 * For paused nodes, and for those who ask what is wrong right now.
 */
export async function examine(
  drivers: readonly Driver[],
  system: NodeSystem,
  state: HostState,
): Promise<readonly Problem[]> {
  const plans = await planAll(
    drivers.map((driver) => ({ driver, want: driver.want(state) })),
    system,
  );
  return [...plans].flatMap(([slot, { driver, plan, problem }]) => {
    const drift = [...(plan?.retire ?? []), ...(plan?.install ?? [])];
    const differences = drift.map((change): Problem => ({
      slot,
      code: "NW1607",
      message: `differs: ${driver.describe(change)}`,
    }));
    return problem === undefined ? differences : [problem, ...differences];
  });
}

// Which connections must go depends on what the firewall lets through by then; they are never installed.
const plannedLast: Slot = "connections";

/** @param isStale asked once all is planned: true drops the plan. @returns undefined when it was dropped. */
export async function converge(
  work: readonly Work[],
  system: NodeSystem,
  isStale: () => boolean = () => false,
): Promise<RoundResult | undefined> {
  const late = work.filter(({ driver }) => driver.slot === plannedLast);
  const early = work.filter(({ driver }) => driver.slot !== plannedLast);
  const plans = new Map(await planAll(early, system));
  if (isStale()) return undefined;
  const changes: string[] = [];
  const problems: Problem[] = [...plans.values()].flatMap(({ problem }) => problem ?? []);
  const took = new Map<Slot, number>();
  const make = async ({ slot, half, needs }: Step): Promise<void> => {
    const planned = plans.get(slot);
    const todo = planned?.plan?.[half] ?? [];
    if (planned === undefined || todo.length === 0) return;
    if (problems.some((problem) => needs?.includes(problem.slot))) return;
    const started = system.clock.monotonic();
    changes.push(...todo.map((change) => `${slot}: ${planned.driver.describe(change)}`));
    problems.push(...(await guard(slot, () => planned.driver.apply(system, todo))));
    took.set(slot, (took.get(slot) ?? 0) + system.clock.monotonic() - started);
  };
  const makeAll = async (chains: readonly (readonly Step[])[]): Promise<void> => {
    await Promise.all(
      chains.map(async (chain) => {
        for (const step of chain) await make(step);
      }),
    );
  };
  for (const chains of steps) await makeAll(chains);
  for (const [slot, planned] of await planAll(late, system)) {
    plans.set(slot, planned);
    if (planned.problem !== undefined) problems.push(planned.problem);
    await make({ slot, half: "retire" });
  }
  return { changes, problems, stages: [...took].map(([slot, span]) => ({ slot, took: span as Milliseconds })) };
}

interface Planned {
  readonly driver: Driver;
  readonly plan?: Plan<unknown>;
  readonly problem?: Problem;
}

async function planAll(work: readonly Work[], system: NodeSystem): Promise<ReadonlyMap<Slot, Planned>> {
  const planned = await Promise.all(
    work.map(async ({ driver, want }): Promise<readonly [Slot, Planned]> => {
      try {
        return [driver.slot, { driver, plan: driver.plan(want, await driver.observe(system, want)) }];
      } catch (error) {
        return [driver.slot, { driver, problem: problemOf(driver.slot, error) }];
      }
    }),
  );
  return new Map(planned);
}

async function guard(slot: Slot, action: () => Promise<readonly Problem[]>): Promise<readonly Problem[]> {
  try {
    return await action();
  } catch (error) {
    return [problemOf(slot, error)];
  }
}

function problemOf(slot: Slot, error: unknown): Problem {
  return { slot, code: isNetwrightError(error) ? error.code : "NW1801", message: messageOf(error) };
}
