import { join } from "node:path";
import { fabric, inner, objectsOf, shop, step } from "@netwright/compiler/testing.ts";
import { afterEach, expect, test } from "vitest";
import { KeptProofs } from "./kept-proofs.ts";
import type { ProofQuestion } from "./prover.ts";
import { WorkerProver } from "./worker-prover.ts";

const questionAbout = (...manifests: readonly string[]): ProofQuestion => {
  const { objects, compiled } = step(objectsOf(fabric(3), ...manifests));
  const services = [...objects.services.values()].map(({ object }) => object);
  return { states: [...compiled.states.values()], services, contracts: [] };
};

let prover: WorkerProver | undefined;
afterEach(async () => {
  await prover?.stop();
  prover = undefined;
});

test("answers what is found without a thread, also where most was sent before", async () => {
  prover = new WorkerProver();
  const [first, second] = [questionAbout(shop()), questionAbout(shop({ web: 2 }), inner("db"))];
  expect(await prover.report(first)).toEqual(new KeptProofs().report(first));
  const change = { ...second, before: first.states };
  expect(await prover.judge(change)).toEqual(new KeptProofs().judge(change));
  expect(await prover.report(first)).toEqual(new KeptProofs().report(first));
});

test("a thread that ends fails who waits for it; the next question has a new one", async () => {
  prover = new WorkerProver(join(import.meta.dirname, "testdata/ending-prover.ts"));
  for (let count = 0; count < 2; count++)
    await expect(prover.judge(questionAbout(shop()))).rejects.toMatchObject({ code: "NW1801" });
});

test("who waits when it is stopped is told", async () => {
  prover = new WorkerProver();
  const waiting = prover.judge(questionAbout(shop())).catch((failure: unknown) => failure);
  await prover.stop();
  expect(await waiting).toMatchObject({ code: "NW1505" });
  await expect(prover.judge(questionAbout(shop()))).rejects.toMatchObject({ code: "NW1505" });
});
