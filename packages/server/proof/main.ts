/** The thread that proves: keeps the values that it was sent, and answers one question after the other. */
import { parentPort } from "node:worker_threads";
import { isNetwrightError, messageOf, NetwrightError } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { KeptProofs } from "./kept-proofs.ts";
import type { Numbered, ProofAnswer, ProofJob } from "./messages.ts";
import type { ProofQuestion } from "./prover.ts";

const values = new Map<number, object>();
const proofs = new KeptProofs();

function answer({ id, kind, fresh, gone, question }: ProofJob): ProofAnswer {
  for (const number of gone) values.delete(number);
  for (const [number, value] of fresh) values.set(number, value);
  try {
    const whole = questionOf(question);
    return kind === "Report"
      ? { id, kind, report: proofs.report(whole) }
      : { id, kind, judgement: proofs.judge(whole) };
  } catch (failure) {
    const code = isNetwrightError(failure) ? failure.code : "NW1801";
    const text = failure instanceof Error && code === "NW1801" ? (failure.stack ?? "") : messageOf(failure);
    return { id, kind: "Failed", code, message: text };
  }
}

/** Invariant: who sends a number has sent its value, as the type that stands there. */
const questionOf = ({ states, before, services, contracts }: Numbered): ProofQuestion => ({
  states: valuesOf(states) as readonly HostState[],
  before: before === null ? undefined : (valuesOf(before) as readonly HostState[]),
  services: valuesOf(services) as ProofQuestion["services"],
  contracts: valuesOf(contracts) as ProofQuestion["contracts"],
});

const valuesOf = (numbers: readonly number[] | null): readonly unknown[] =>
  (numbers ?? []).map((number) => {
    const value = values.get(number);
    if (value === undefined) throw new NetwrightError("NW1801", `value ${number} was never sent`);
    return value;
  });

parentPort?.on("message", (job: ProofJob) => parentPort?.postMessage(answer(job), []));
