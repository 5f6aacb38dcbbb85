/** Random sites, changes of them and clauses: whether the prover and the slow way say the same. */
import type { Clause, ClauseProof, EndSelector, ProofVerdict } from "@netwright/api";
import { isPrefix } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { buildFabric, send, type Hop, type Packet } from "@netwright/model";
import * as fc from "fast-check";
import { createProver } from "../prove.ts";
import { contractOf } from "../testing.ts";
import { breakSite, broken, type Break } from "./break-site.ts";
import { isAbout, randomClauses } from "./random-clauses.ts";
import { siteOfSketch } from "./random-site.ts";
import { holdsIn, referenceOf } from "./reference.ts";
import { sketch, type Sketch } from "./site-sketch.ts";

export interface Question {
  readonly sketch: Sketch;
  /** Before anybody asks. */
  readonly broken: readonly Break[];
  /** One after the other; what was proved is kept in between. */
  readonly changes: readonly Break[];
  readonly clauses: readonly Clause[];
}

/** @param most clauses of one */
export const questions = (most: number): fc.Arbitrary<Question> =>
  fc.record({
    sketch,
    broken: fc.array(broken, { maxLength: 2 }),
    changes: fc.array(broken, { minLength: 1, maxLength: 2 }),
    clauses: randomClauses(most - 10, most),
  });

/** A case is one clause about one state of a site. */
export interface Agreement {
  readonly cases: number;
  readonly verdicts: Readonly<Record<ProofVerdict, number>>;
  /** What both said, and of what. */
  readonly disagreements: readonly string[];
}

export function agreementOn({ sketch: drawn, broken: breaks, changes, clauses }: Question): Agreement {
  const { states: whole, services } = siteOfSketch(drawn);
  const verdicts = { Proved: 0, Refuted: 0, NotProved: 0, Justified: 0 };
  const disagreements: string[] = [];
  let states = breaks.reduce(breakSite, whole);
  let prover = createProver({ states, services, contracts: [contractOf(...clauses)] });
  for (const change of [undefined, ...changes]) {
    if (change !== undefined) {
      const next = breakSite(states, change);
      const former = states;
      const changed = next.filter((state, index) => state !== former[index]);
      prover = prover.after({ states: new Map(changed.map((state) => [state.node, state])) });
      states = next;
    }
    const reference = referenceOf(states);
    const byName = new Map(prover.report.clauses.map((proof) => [proof.clause, proof]));
    for (const clause of clauses.filter((each) => isAbout(whole, each))) {
      const proof = byName.get(`contract/test ${clause.name}`) as ClauseProof;
      verdicts[proof.verdict]++;
      const said = holdsIn(reference, clause) ? "Proved" : "Refuted";
      const why = said === proof.verdict ? unshown(states, clause, proof) : `the slow way says ${said}`;
      if (why !== undefined)
        disagreements.push(`${proof.verdict}: ${proof.statement} (${proof.counterexample?.message ?? ""}): ${why}`);
    }
  }
  const cases = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  return { cases, verdicts, disagreements };
}

/** The same seed, the same cases; at least so many. */
export function agreementOnRandom(cases: number, seed: number): Agreement {
  const verdicts = { Proved: 0, Refuted: 0, NotProved: 0, Justified: 0 };
  const disagreements: string[] = [];
  let done = 0;
  for (let round = 0; done < cases; round++) {
    for (const question of fc.sample(questions(70), { numRuns: 20, seed: seed * 1_000_003 + round })) {
      const found = agreementOn(question);
      done += found.cases;
      for (const verdict of Object.keys(verdicts) as ProofVerdict[]) verdicts[verdict] += found.verdicts[verdict];
      disagreements.push(...found.disagreements);
    }
  }
  return { cases: done, verdicts, disagreements };
}

/** What is wrong with a counterexample: that there is none, that its packet goes another way, or that it shows nothing. */
function unshown(
  states: readonly HostState[],
  { form, to }: Clause,
  { verdict, counterexample }: ClauseProof,
): string | undefined {
  if (verdict !== "Refuted") return undefined;
  if (counterexample === null) return "no counterexample";
  const { packet, path } = counterexample;
  if (packet === null) return undefined;
  const shown = path.map(hopText);
  const isShown = waysOf(states, packet as unknown as Packet).some((hops) =>
    hops.every((hop, index) => hopText(hop) === shown[index]),
  );
  if (!isShown) return "its packet goes another way";
  const last = path.at(-1);
  const isThere = last?.step === "deliver" && to.some((each) => isOf(last.place, each));
  if (form === "CanReach") return isThere ? "its packet gets there" : undefined;
  return path.some(({ step }) => step === "drop") ? "its packet is dropped" : undefined;
}

/** `s0-a-1` is one of `s0/a`. */
const isOf = (instance: string, selector: EndSelector): boolean =>
  typeof selector === "object" &&
  "service" in selector &&
  instance.startsWith(`${[selector.service, selector.tier].filter((each) => each !== undefined).join("-")}-`);

const hopText = ({ place, step, detail }: Hop): string => `${place} ${step} ${detail}`;

/** By each host, and asked for by each name that a rule is about. */
function waysOf(states: readonly HostState[], packet: Packet): readonly (readonly Hop[])[] {
  const fabric = buildFabric(states);
  const sender = [...fabric.instances.values()].find(({ workload }) => workload.address === packet.source);
  const from = sender === undefined ? "internet" : { project: "default", instance: sender.workload.id };
  const names = states.flatMap(({ networks }) =>
    networks.flatMap(({ egress = [] }) => egress.flatMap(({ to }) => (isPrefix(to) ? [] : [to as string]))),
  );
  const hosts = [undefined, ...fabric.hosts.map(({ node }) => node)];
  return [undefined, ...names].flatMap((name) =>
    hosts.map((via) => send(fabric, { ...packet, from, ...(name === undefined ? {} : { name }) }, via).hops),
  );
}
