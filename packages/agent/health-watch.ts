/**
 * Asks instances for their health, each at its own pace. Only the first answer of a process is waited for: one that hangs
 * must not keep the others from being looked at.
 */
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import type { HealthCheck, NodeSystem, WorkloadState } from "@netwright/contract";
import { probeHealth } from "@netwright/drivers/runtime-crun/index.ts";
import { pauseAfter } from "./check-pace.ts";
import { holdOf, isFlapping, judge, type Verdict } from "./health.ts";

export interface Asked {
  readonly project: string;
  readonly workload: WorkloadState;
  /** Of the process that is judged: a new one is judged anew. */
  readonly pid: number;
  readonly check: HealthCheck;
}

interface Memory extends Verdict {
  readonly pid: number;
  readonly message: string;
  readonly nextAt: Milliseconds;
  /** How often it was asked. */
  readonly count: number;
}

export interface HealthAnswer {
  readonly healthy: boolean;
  readonly reason: "Healthy" | "CheckFailed" | "Flapping";
  readonly message: string;
}

export class HealthWatch {
  readonly #memory = new Map<string, Memory>();
  /** Keys of those that are being asked. */
  readonly #asking = new Set<string>();
  readonly #system: NodeSystem;
  readonly #changed: () => void;

  /** @param changed called when a verdict is another one */
  constructor(system: NodeSystem, changed: () => void) {
    this.#system = system;
    this.#changed = changed;
  }

  async look(asked: Asked): Promise<HealthAnswer> {
    const key = keyOf(asked);
    const known = this.#memory.get(key);
    if (known?.pid !== asked.pid) return answerOf(await this.#ask(asked, undefined));
    if (this.#system.clock.monotonic() >= known.nextAt && !this.#asking.has(key)) void this.#askBeside(asked, known);
    return answerOf(known);
  }

  /** How long until somebody is to be asked; undefined where nobody is. */
  get untilNext(): Milliseconds | undefined {
    const times = [...this.#memory].flatMap(([key, { nextAt }]) => (this.#asking.has(key) ? [] : [nextAt]));
    const now = this.#system.clock.monotonic();
    return times.length === 0 ? undefined : milliseconds(Math.max(0, Math.min(...times) - now));
  }

  /** Keeps what is known of these and forgets the rest. */
  keep(instances: readonly Pick<Asked, "project" | "workload">[]): void {
    const known = new Set(instances.map(keyOf));
    for (const key of this.#memory.keys()) if (!known.has(key)) this.#memory.delete(key);
  }

  async #askBeside(asked: Asked, known: Memory): Promise<void> {
    const key = keyOf(asked);
    this.#asking.add(key);
    try {
      const { healthy } = await this.#ask(asked, known);
      if (healthy !== known.healthy) this.#changed();
    } finally {
      this.#asking.delete(key);
    }
  }

  async #ask(asked: Asked, before: Memory | undefined): Promise<Memory> {
    const { project, workload, pid, check } = asked;
    const key = keyOf(asked);
    const { healthy, message } = await probeHealth(this.#system, project, workload, check);
    const now = this.#system.clock.monotonic();
    const verdict = judge(before, healthy, check, now);
    const count = (before?.count ?? -1) + 1;
    const nextAt = milliseconds(now + pauseAfter(verdict, check, key, count));
    const memory = { ...verdict, pid, message, nextAt, count };
    // Another process, or none, may have taken its place while it was asked.
    if (this.#memory.get(key) === before || before === undefined) this.#memory.set(key, memory);
    return memory;
  }
}

const keyOf = ({ project, workload }: Pick<Asked, "project" | "workload">): string => `${project}/${workload.id}`;

function answerOf(memory: Memory): HealthAnswer {
  const { healthy, falls, message } = memory;
  if (healthy) return { healthy, reason: "Healthy", message };
  if (!isFlapping(memory)) return { healthy, reason: "CheckFailed", message };
  const held = `unhealthy ${falls} times: back when it is well for ${formatDuration(holdOf(memory))}`;
  return { healthy, reason: "Flapping", message: `${message}; ${held}` };
}
