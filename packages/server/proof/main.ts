/** The thread that proves: keeps the values that it was sent, and answers one question after the other. */
import { parentPort } from "node:worker_threads";
import { isNetwrightError, messageOf, NetwrightError } from "@netwright/base";
import type { Numbered, ProofAnswer, ProofJob } from "./messages.ts";
import { judge, reportOn, type ProofQuestion } from "./prover.ts";

const values = new Map<number, object>();

function answer({ id, kind, fresh, gone, question }: ProofJob): ProofAnswer {
  for (const number of gone) values.delete(number);
  for (const [number, value] of fresh) values.set(number, value);
  try {
    const whole = questionOf(question);
    return kind === "Report" ? { id, kind, report: reportOn(whole) } : { id, kind, judgement: judge(whole) };
  } catch (failure) {
    const code = isNetwrightError(failure) ? failure.code : "NW1801";
    const text = failure instanceof Error && code === "NW1801" ? (failure.stack ?? "") : messageOf(failure);
    return { id, kind: "Failed", code, message: text };
  }
}

const questionOf = ({ states, before, services, contracts }: Numbered): ProofQuestion => ({
  states: valuesOf(states),
  before: before === null ? undefined : valuesOf(before),
  services: valuesOf(services),
  contracts: valuesOf(contracts),
});

/** Invariant: who sends a number has sent its value, as the type that stands there. */
function valuesOf<T>(numbers: readonly number[] | null): readonly T[] {
  return (numbers ?? []).map((number) => {
    const value = values.get(number);
    if (value === undefined) throw new NetwrightError("NW1801", `value ${number} was never sent`);
    return value as T;
  });
}

parentPort?.on("message", (job: ProofJob) => parentPort?.postMessage(answer(job)));
