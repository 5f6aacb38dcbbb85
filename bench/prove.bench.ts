/**
 * Proofs about a large site: everything, and one change from manifest to verdict, which is to decide, to compile and to prove what
 * it touches, as the server does before it stores one; and apart from that what is rendered for the hosts that it changes. Times are
 * of this process's own CPU.
 */
import { readContract, type Service } from "@netwright/api";
import { applyLedgerChanges, createCompilation, reconcile } from "@netwright/compiler";
import type { HostState } from "@netwright/contract";
import { wantFirewall } from "@netwright/drivers/firewall-nftables/want.ts";
import { renderTable } from "@netwright/drivers/nftables/render.ts";
import { createProver, type Prover } from "@netwright/prove";
import { compareTables } from "@netwright/prove/tables/compare-tables.ts";
import { start } from "../packages/compiler/testing.ts";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { cpuOf, quantile } from "./support/cpu.ts";
import { largeFabric, resized } from "./support/large-fabric.ts";
import { told } from "./support/told.ts";

const changes = 100;
/** A server that runs has done this often: what the first ones take to be compiled is not counted. */
const unmeasured = 20;
/** Of so many changes one has its tables compared: that takes far longer than the rest. */
const renderedEvery = 20;

/** Four clauses for each service: who reaches it, who does not, and on which way. */
const contract = {
  invariants: [
    { name: "public", from: "internet", canReach: "proxy", ports: [443] },
    { name: "hidden", from: "internet", cannotReach: "web" },
  ],
  ensures: [
    { name: "only", onlyFrom: "proxy", reaches: "web" },
    { name: "way", from: "internet", reaches: "web", onlyThrough: ["proxy"] },
  ],
};

type Large = ReturnType<typeof largeFabric>;

const servicesOf = ({ objects }: Pick<Large, "objects">): readonly Service[] =>
  [...objects.services.values()].map(({ object }) => object);

const tableProofs = (state: HostState) =>
  compareTables(
    wantFirewall(state).map(({ netns, table }) => ({ netns, text: renderTable(table) })),
    state,
  );

const notProved = (clauses: Prover["report"]["clauses"]): number =>
  clauses.filter(({ verdict }) => verdict !== "Proved").length;

interface Changed {
  /** To decide where instances go and to compile, in milliseconds of CPU. */
  readonly decided: number;
  /** To prove what it touches, likewise. */
  readonly judged: number;
  /** Of the nodes that it changes, as they are then; of one change of `renderedEvery`. */
  readonly states: readonly HostState[];
}

/** Each is one tier that grows by one. The first ones are left out. */
function changed(large: Large, first: Prover): readonly Changed[] {
  const kept = createCompilation(large);
  let { objects, ledger } = large;
  let prover = first;
  const all = Array.from({ length: unmeasured + changes }, (_, index) => {
    objects = resized(objects, (index * 7) % 1000, 1);
    let changedStates: ReadonlyMap<string, HostState> = new Map();
    const decided = cpuOf(() => {
      const { changes: entries } = reconcile({ objects, ledger, observed: large.observed, now: start });
      ledger = applyLedgerChanges(ledger, entries);
      ({ states: changedStates } = kept.update({ objects, ledger: entries }));
    });
    const judged = cpuOf(() => {
      prover = prover.after({ states: new Map(changedStates), services: servicesOf({ objects }) });
      if (notProved(prover.report.clauses) > 0) throw new RangeError("Invariant: all of it holds");
    });
    return { decided, judged, states: index % renderedEvery === 0 ? [...changedStates.values()] : [] };
  });
  return all.slice(unmeasured);
}

/** What is rendered for hosts that a change touches, in milliseconds of CPU. */
const rendered = ({ states }: Changed): number =>
  cpuOf(() => {
    if (notProved(states.flatMap(tableProofs)) > 0) throw new RangeError("Invariant: all of it holds");
  });

function cases(large: Large): readonly Case[] {
  const states = [...createCompilation(large).compiled().states.values()];
  const services = servicesOf(large);
  const contracts = services.flatMap((service) => readContract(service) ?? []);
  const before = process.memoryUsage().heapUsed;
  let prover: Prover | undefined;
  const classes = cpuOf(() => (prover = createProver({ states, services, contracts })));
  const { clauses, steps } = (prover as unknown as Prover).report;
  const memory = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  // Before tables are rendered: what they leave to collect is no part of a change.
  const times = changed(large, prover as unknown as Prover);
  let tables = 0;
  let wrong = 0;
  const rules = cpuOf(() => {
    for (const state of states) {
      const proofs = tableProofs(state);
      tables += proofs.length;
      wrong += notProved(proofs);
    }
  });
  const [decided, judged] = [times.map((each) => each.decided), times.map((each) => each.judged)];
  const tablesOf = times.filter((_, index) => index % renderedEvery === 0).map(rendered);
  const whole = times.map((each) => each.decided + each.judged);
  return [
    told(`${clauses.length} clauses over classes, ${steps} steps`, "ms CPU", classes),
    told(`tables of ${tables} namespaces against their states`, "ms CPU", rules),
    told("both: everything", "ms CPU", classes + rules, { of: "median", atMost: 5000 }),
    told("clauses and tables that are not proved", "", notProved(clauses) + wrong, { of: "median", atMost: 0 }),
    told("memory of what is kept", "MiB", memory),
    told("one change, proved, p50", "ms CPU", quantile(judged, 0.5)),
    told("one change, proved, p99", "ms CPU", quantile(judged, 0.99)),
    told("one change, decided and compiled, p50", "ms CPU", quantile(decided, 0.5)),
    told("one change, manifest to verdict, p99", "ms CPU", quantile(whole, 0.99), { of: "median", atMost: 50 }),
    told(
      `tables of the nodes, up to ${Math.max(...times.map(({ states: nodes }) => nodes.length))}, that one change touches, p50`,
      "ms CPU",
      quantile(tablesOf, 0.5),
    ),
  ];
}

export const benchmark: Benchmark = {
  name: "prove",
  bar: "1,000 hosts, 10,000 workloads, 1,000 policies: everything proved in less than 5 s, one change in less than 50 ms CPU at p99",
  cases: async () => cases(largeFabric({ contract })),
};
