/** The stages of each service's last change, and how long each took. A history of this run of the server. */
import type { Service, ServiceStage, ServiceStatus } from "@netwright/api";
import { formatInstant, milliseconds, type Clock, type Milliseconds } from "@netwright/base";
import { isTrue } from "../status/conditions.ts";
import type { Facts } from "../status/facts.ts";
import type { ObservedService } from "../status/service-status.ts";
import { detailsOf, isStaying } from "./stage-details.ts";

type Stages = ServiceStatus["stages"];

interface Progress {
  readonly generation: number;
  /** When the last stage was over, monotonic. */
  last: Milliseconds;
  readonly stages: Stages[number][];
}

/** Spans of the steps inside the server. */
export interface ComputedSpans {
  /** Validating, allocating and placing. */
  readonly reconciled: Milliseconds;
  /** Certificates and the states of nodes. */
  readonly compiled: Milliseconds;
  /** Which flows open and close. */
  readonly planned: Milliseconds;
}

const byAgents: readonly ServiceStage[] = ["firewall", "pulled", "running", "announced", "ready"];

export class StageTracker {
  readonly #clock: Clock;
  readonly #progress = new Map<string, Progress>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(key: string, service: Service, spans: ComputedSpans, flows: string): void {
    const at = formatInstant(this.#clock.now());
    const stages: Stages = [
      { stage: "address", took: spans.reconciled, at, detail: "" },
      { stage: "placed", took: spans.compiled, at, detail: "" },
      { stage: "proven", took: spans.planned, at, detail: flows },
    ];
    this.#progress.set(key, { generation: service.metadata.generation ?? 0, last: this.#clock.monotonic(), stages });
  }

  forget(key: string): void {
    this.#progress.delete(key);
  }

  /** Adds the stages that are over by now, in order. */
  advance(key: string, service: Service, observed: ObservedService, facts: Facts): Stages {
    const progress = this.#progress.get(key);
    if (progress === undefined) return [];
    const details = detailsOf(service, observed, facts);
    for (const stage of byAgents) {
      if (progress.stages.some((entry) => entry.stage === stage)) continue;
      if (stage === "pulled" && observed.images === undefined) continue;
      if (!isOver(stage, progress.generation, observed)) break;
      const now = this.#clock.monotonic();
      progress.stages.push({
        stage,
        took: milliseconds(now - progress.last),
        at: formatInstant(this.#clock.now()),
        detail: "",
      });
      progress.last = now;
    }
    return progress.stages.map((entry) => ({
      ...entry,
      detail: entry.detail === "" ? (details[entry.stage] ?? "") : entry.detail,
    }));
  }
}

function isOver(stage: ServiceStage, generation: number, { conditions, instances }: ObservedService): boolean {
  if (stage === "firewall") return instances.every(({ phase }) => phase !== "Pending") && isTrue(conditions, "Placed");
  if (stage === "pulled") return isTrue(conditions, "Pulled");
  if (stage === "running")
    return instances.filter(isStaying).every(({ tier, phase }) => tier === "lb" || phase === "Ready");
  if (stage === "announced") return isTrue(conditions, "Announced");
  return (
    isTrue(conditions, "Ready") &&
    conditions.some(({ type, observedGeneration }) => type === "Ready" && observedGeneration >= generation)
  );
}
