/** A service that grows and shrinks in simulated time, decided by one autoscaler after the other on one store. */
import { reconcile, applyLedgerChanges, type Ledger } from "@netwright/compiler";
import { allReady, fabric, objectsOf, step } from "@netwright/compiler/testing.ts";
import { memoryStore } from "@netwright/store";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import type { World } from "../control/world.ts";
import type { NewEvent } from "../state/events.ts";
import { indexLedger, type Facts } from "../status/facts.ts";
import { Autoscaler, type AutoscalerDependencies } from "./autoscaler.ts";
import type { Measures } from "./observe.ts";

/** @param behavior of scaleDown */
export const shop = (max = 8, behavior = "stabilizationWindow: 120s"): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
    - name: web
      workload: { image: host, command: [/bin/web], port: 8080 }
      autoscale: { max: ${max}, warmUp: 2s, behavior: { scaleDown: { ${behavior} } } }
`;

const unmeasured: Measures["values"] = {
  cpuShare: null,
  connections: null,
  requests: null,
  queue: null,
  latency95: null,
  latency99: null,
  received: null,
  sent: null,
  flows: null,
  balanced: null,
};

export class Stage {
  readonly store = memoryStore();
  readonly clock = new ManualClock();
  readonly told: NewEvent[] = [];
  /** Instances of web that are wanted, by second. */
  readonly sizes: number[] = [];
  /** What all of web has to do, in CPUs of one instance. */
  load = 0.3;
  /** Whether hosts have told anything since the last restart. */
  isMeasured = true;
  scaler: Autoscaler;
  readonly #objects;
  #ledger: Ledger;

  constructor(text = shop()) {
    this.#objects = objectsOf(fabric(3), text);
    this.#ledger = step(this.#objects).ledger;
    this.scaler = new Autoscaler(this.#dependencies);
  }

  get #dependencies(): AutoscalerDependencies {
    return {
      clock: this.clock,
      store: this.store,
      isMeasured: () => this.isMeasured,
      measure: (_, tier) => {
        const own = tier === "web" && this.isMeasured ? this.#running : [];
        const values = { ...unmeasured, cpuShare: this.load / own.length };
        return { tier: null, instances: new Map(own.map((id) => [id, { instances: 1, values }])) };
      },
    };
  }

  get #running(): readonly string[] {
    return [...this.#ledger.values()].flatMap((entry) =>
      entry.kind === "Instance" && entry.tier === "web" && entry.phase === "Run" ? [entry.id] : [],
    );
  }

  /** Another server on the same store. @param end how the one before ended */
  async restart(end: "Stopped" | "Killed"): Promise<void> {
    if (end === "Stopped") await this.#write(this.scaler.rememberAll());
    this.scaler = new Autoscaler(this.#dependencies);
  }

  async play(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await this.clock.advance(1000);
      await this.#look();
      this.sizes.push(this.#running.length);
    }
  }

  async #look(): Promise<void> {
    const objects = this.#objects;
    const { sizes, news } = this.scaler.look({ objects } as World, () => this.#facts());
    this.told.push(...news);
    if (sizes.length > 0) {
      const observed = allReady(objects, this.#ledger);
      const { changes } = reconcile({ objects, ledger: this.#ledger, observed, now: this.clock.now(), sizes });
      await this.#write(this.scaler.rememberSizes(sizes));
      this.#ledger = applyLedgerChanges(this.#ledger, changes);
    }
    await this.#write(this.scaler.rememberLearned());
  }

  async #write({ writes, done }: ReturnType<Autoscaler["rememberAll"]>): Promise<void> {
    if (writes.length > 0) await this.store.commit(writes);
    done();
  }

  /** Every agent says that everything is ready. */
  #facts(): Facts {
    const instances = this.#running.map((id) => ({ project: "default", id, phase: "Ready", startedAt: null }));
    const reports = { ready: () => true, get: () => ({ report: { instances, sessions: [], announced: [] } }) };
    return { ledger: indexLedger(this.#ledger), diagnostics: [], reports } as unknown as Facts;
  }
}
