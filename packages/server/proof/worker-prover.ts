/** Proves in a thread of its own, so that requests, reports and rounds go on meanwhile. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ProofReport } from "@netwright/api";
import { messageOf, NetwrightError } from "@netwright/base";
import type { Numbered, ProofAnswer, ProofJob } from "./messages.ts";
import type { Judgement, Prover, ProofQuestion } from "./prover.ts";
import { ValueNumbers } from "./value-numbers.ts";

const here = import.meta.filename;
/** The program beside this file in a checkout, beside the one that was called in what is installed. */
const program = here.endsWith(".ts")
  ? join(here, "../main.ts")
  : join(realpathSync(process.argv[1] ?? here), "../prover.mjs");

interface Waiting {
  readonly resolve: (answer: ProofAnswer) => void;
  readonly reject: (failure: unknown) => void;
}

export class WorkerProver implements Prover {
  readonly #program: string;
  readonly #waiting = new Map<number, Waiting>();
  #numbers = new ValueNumbers();
  #worker: Worker | undefined;
  #last = 0;
  #stopped = false;

  /** The thread begins at once: it has loaded what it needs when the first question comes. */
  constructor(path: string = program) {
    this.#program = path;
    this.#worker = this.#start();
  }

  async report(question: ProofQuestion): Promise<ProofReport> {
    const answer = await this.#ask("Report", question);
    if (answer.kind !== "Report") throw failureOf(answer);
    return answer.report;
  }

  async judge(question: ProofQuestion): Promise<Judgement> {
    const answer = await this.#ask("Judge", question);
    if (answer.kind !== "Judge") throw failureOf(answer);
    return answer.judgement;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#fail(new NetwrightError("NW1505", "the server stops"));
    await this.#worker?.terminate();
  }

  #ask(kind: ProofJob["kind"], question: ProofQuestion): Promise<ProofAnswer> {
    if (this.#stopped) throw new NetwrightError("NW1505", "the server stops");
    const worker = (this.#worker ??= this.#start());
    const job = this.#job(kind, question);
    const { promise, resolve, reject } = Promise.withResolvers<ProofAnswer>();
    this.#waiting.set(job.id, { resolve, reject });
    worker.postMessage(job, []);
    return promise;
  }

  #job(kind: ProofJob["kind"], { states, before, services, contracts }: ProofQuestion): ProofJob {
    const fresh: (readonly [number, object])[] = [];
    const gone = this.#numbers.begin();
    const numbers = (values: Iterable<object>): readonly number[] =>
      Array.from(values, (value) => this.#numbers.of(value, (number, each) => void fresh.push([number, each])));
    const question: Numbered = {
      states: numbers(states),
      before: before === undefined ? null : numbers(before),
      services: numbers(services),
      contracts: numbers(contracts),
    };
    return { id: ++this.#last, kind, fresh, gone, question };
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { execArgv: [] });
    worker.unref();
    worker.on("message", (answer: ProofAnswer) => {
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#waiting.delete(answer.id);
    });
    const end = (failure: unknown): void => {
      if (this.#worker !== worker) return;
      // The next one knows nothing of what this one was sent.
      this.#worker = undefined;
      this.#numbers = new ValueNumbers();
      this.#fail(new NetwrightError("NW1801", `the thread that proves has ended: ${messageOf(failure)}`));
    };
    worker.on("error", end);
    worker.on("exit", (code) => end(`exit status ${code}`));
    return worker;
  }

  #fail(failure: NetwrightError): void {
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
  }
}

const failureOf = (answer: ProofAnswer): NetwrightError =>
  answer.kind === "Failed"
    ? new NetwrightError(answer.code, answer.message)
    : new NetwrightError("NW1801", "a proof was answered with something else");
