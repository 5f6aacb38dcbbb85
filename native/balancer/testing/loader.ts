/** The balancer's loader as a co-process of tests. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const out = join(import.meta.dirname, "../../out");
export const object = join(out, "balancer.bpf.o");

export interface LoaderError {
  readonly code: string;
  readonly message: string;
  readonly at?: number;
  readonly log?: string;
}
interface Answer {
  readonly id: number | null;
  readonly result?: unknown;
  readonly error?: LoaderError;
}

export interface TestRun {
  /** TC_ACT_OK 0, TC_ACT_SHOT 2, TC_ACT_REDIRECT 7 (linux/pkt_cls.h). */
  readonly action: number;
  readonly data: string;
  readonly mark: number;
  readonly nanoseconds: number;
}
export type Runs = Readonly<Record<"uplink" | "tunnel", { readonly id: number; readonly runs: number }>>;

export class Loader implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  #id = 0;

  constructor(directory: string) {
    this.#child = spawn(join(out, "balancer"), [directory], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) =>
      this.#waiting.shift()?.(JSON.parse(line) as Answer),
    );
    this.#child.on("exit", () => this.#waiting.splice(0).forEach((done) => done({ id: null })));
  }

  /** The whole answer to a line as it is. */
  say(line: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin?.write(`${line}\n`);
    });
  }

  async ask<T>(op: string, fields: object = {}): Promise<T> {
    const id = ++this.#id;
    const answer = await this.say(JSON.stringify({ id, op, ...fields }));
    if (answer.id !== id || answer.error !== undefined) throw new Error(`${op}: ${JSON.stringify(answer)}`);
    return answer.result as T;
  }

  async refusal(op: string, fields: object = {}): Promise<LoaderError | undefined> {
    return (await this.say(JSON.stringify({ op, ...fields }))).error;
  }

  test(program: "uplink" | "tunnel", data: Buffer, more: object = {}): Promise<TestRun> {
    return this.ask("test", { program, data: data.toString("hex"), ...more });
  }

  async counters(index: number): Promise<Readonly<Record<CounterName, number>>> {
    const [numbers = []] = await this.ask<readonly (readonly number[])[]>("counters", { from: index, count: 1 });
    return Object.fromEntries(counterNames.map((name, at) => [name, numbers[at] ?? -1])) as Record<CounterName, number>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    await ended;
  }
}

const counterNames = ["packets", "bytes", "flows", "retries", "noMember", "errors", "fragments", "malformed"] as const;
export type CounterName = (typeof counterNames)[number];
