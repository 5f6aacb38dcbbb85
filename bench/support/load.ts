/** Load from the lab's internet, and what came back. The generator is the one of scenarios. */
import { parseReady, parseResult, type GeneratorOrder } from "../../packages/scenario/loads/generator-line.ts";
import { percentileOf } from "../../packages/scenario/checks/bounds.ts";
import { repository } from "../../e2e/product.ts";
import type { BenchLab } from "./lab.ts";
import type { LivingProcess } from "./processors.ts";
import { background, type Background } from "./shell.ts";

export interface Answer {
  /** When it was to be sent, and when it was answered or failed: milliseconds, monotonic. */
  readonly due: number;
  readonly done: number;
  /** On a connection of its own. */
  readonly isNew: boolean;
  /** Undefined: a page came. */
  readonly failure: string | undefined;
  readonly text: string;
}

export interface Load {
  /** In the order of their answers. */
  readonly answers: readonly Answer[];
  /** The first answer from now on that fits. */
  first(fits: (answer: Answer) => boolean): Promise<Answer>;
  /** Resolves when everything that was sent has ended. */
  stop(): Promise<void>;
}

export interface LoadOrder {
  /** Requests a second. */
  readonly rate: number;
  /** The part of them that are on new connections; half of them when left out. */
  readonly fresh?: number;
  /** Milliseconds until a request counts as failed. */
  readonly timeout?: number;
  readonly url?: string;
  readonly node?: string;
}

const generator = [process.execPath, `${repository}/packages/scenario/loads/main.ts`];
export const isGenerator = ({ command }: LivingProcess): boolean => command.includes("loads/main.ts");

export function startLoad(lab: BenchLab, order: LoadOrder): Load {
  const { node = "internet1", url = "https://shop.example.net/", rate, fresh = 0.5, timeout = 2000 } = order;
  const answers: Answer[] = [];
  const waiting = new Set<(answer: Answer) => void>();
  const read = answerReader((answer) => {
    answers.push(answer);
    for (const tell of waiting) tell(answer);
  });
  const nameServer = nameServerOf(lab);
  const full: GeneratorOrder = { url, rate, fresh, timeout, insecure: false, for: 0, pages: true, nameServer };
  const client: Background = background(lab.at(node, ...generator, JSON.stringify(full)), read);
  return {
    answers,
    first: (fits) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no such answer in 30 s; last: ${JSON.stringify(answers.at(-1))}`)),
          30_000,
        );
        const tell = (answer: Answer): void => {
          if (!fits(answer)) return;
          clearTimeout(timer);
          waiting.delete(tell);
          resolve(answer);
        };
        waiting.add(tell);
      }),
    stop: () => client.stop(),
  };
}

/** The zone's own: no resolver of the lab shall remember that a name was not there yet. */
function nameServerOf({ record }: BenchLab): string {
  const names = record.topology.nodes.find(({ role }) => role === "NameServer");
  return names?.ports.find(({ address }) => address !== null)?.address ?? "";
}

/** Lines of the generator, in its time, as answers in everybody's. */
export function answerReader(tell: (answer: Answer) => void): (line: string) => void {
  let begun: number | undefined;
  return (line) => {
    begun ??= parseReady(line);
    if (begun === undefined || !line.includes("\t")) return;
    const { at, took, failure, page } = parseResult(line);
    const due = begun + at;
    tell({ due, done: due + took, isNew: page?.isFresh === true, failure, text: page?.text ?? "" });
  };
}

/** Of those that were answered: a percentile of their waits, in milliseconds; 0 when there are none. */
export function waitOf(answers: readonly Answer[], percentile: number): number {
  const waits = answers.filter((answer) => !isFailed(answer)).map(({ due, done }) => done - due);
  const sorted = waits.toSorted((a, b) => a - b);
  return sorted.length === 0 ? 0 : percentileOf(sorted, percentile);
}

export const isFailed = ({ failure }: Answer): boolean => failure !== undefined;
