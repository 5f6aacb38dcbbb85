/**
 * One round of convergence: observe every slot, plan, apply in the order that makes before it breaks.
 * No memory: what a round does depends on the wanted state and on what it observes, on nothing else.
 */
import { isNetwrightError, messageOf, type Milliseconds } from "@netwright/base";
import type { Driver, HostState, NodeSystem, Plan, Problem, Slot } from "@netwright/contract";

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
// and nothing new runs or is announced while its links or its firewall are not in place.
const guarded: readonly Slot[] = ["links", "firewall"];
const steps: readonly Step[] = [
  { slot: "bgp", half: "retire" },
  { slot: "loadBalancer", half: "retire" },
  { slot: "links", half: "install" },
  { slot: "firewall", half: "install", needs: ["links"] },
  { slot: "runtime", half: "install", needs: guarded },
  { slot: "proxy", half: "install", needs: guarded },
  { slot: "loadBalancer", half: "install", needs: guarded },
  { slot: "bgp", half: "install", needs: guarded },
  { slot: "proxy", half: "retire" },
  { slot: "runtime", half: "retire" },
  { slot: "links", half: "retire" },
  { slot: "firewall", half: "retire" },
  { slot: "connections", half: "retire" },
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
  const plans = await planAll(drivers, system, state);
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

// Which connections must go depends on what the firewall lets through by then.
const plannedLast: readonly Slot[] = ["connections"];

export async function converge(drivers: readonly Driver[], system: NodeSystem, state: HostState): Promise<RoundResult> {
  const early = drivers.filter(({ slot }) => !plannedLast.includes(slot));
  const plans = new Map(await planAll(early, system, state));
  const changes: string[] = [];
  const problems: Problem[] = [...plans.values()].flatMap(({ problem }) => problem ?? []);
  const took = new Map<Slot, number>();
  for (const { slot, half, needs } of steps) {
    const planned = plans.get(slot) ?? (await planLate(drivers, slot, system, state));
    if (planned !== undefined && !plans.has(slot)) {
      plans.set(slot, planned);
      problems.push(...(planned.problem === undefined ? [] : [planned.problem]));
    }
    const todo = planned?.plan?.[half] ?? [];
    if (planned === undefined || todo.length === 0) continue;
    if (problems.some((problem) => needs?.includes(problem.slot))) continue;
    const started = system.clock.monotonic();
    problems.push(...(await guard(slot, () => planned.driver.apply(system, todo))));
    took.set(slot, (took.get(slot) ?? 0) + system.clock.monotonic() - started);
    changes.push(...todo.map((change) => `${slot}: ${planned.driver.describe(change)}`));
  }
  return { changes, problems, stages: [...took].map(([slot, span]) => ({ slot, took: span as Milliseconds })) };
}

interface Planned {
  readonly driver: Driver;
  readonly plan?: Plan<unknown>;
  readonly problem?: Problem;
}

async function planAll(
  drivers: readonly Driver[],
  system: NodeSystem,
  state: HostState,
): Promise<ReadonlyMap<Slot, Planned>> {
  const planned = await Promise.all(
    drivers.map(async (driver): Promise<readonly [Slot, Planned]> => {
      const want = driver.want(state);
      try {
        return [driver.slot, { driver, plan: driver.plan(want, await driver.observe(system, want)) }];
      } catch (error) {
        return [driver.slot, { driver, problem: problemOf(driver.slot, error) }];
      }
    }),
  );
  return new Map(planned);
}

async function planLate(
  drivers: readonly Driver[],
  wanted: Slot,
  system: NodeSystem,
  state: HostState,
): Promise<Planned | undefined> {
  const driver = drivers.find(({ slot }) => slot === wanted);
  return driver === undefined ? undefined : (await planAll([driver], system, state)).get(wanted);
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
