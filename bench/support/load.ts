/** Load from the lab's internet, and what came back. */
import type { BenchLab } from "./lab.ts";
import { background, type Background } from "./shell.ts";

export interface Answer {
  /** When it was to be sent, and when it was answered or failed: milliseconds, monotonic. */
  readonly due: number;
  readonly done: number;
  /** On a connection of its own. */
  readonly isNew: boolean;
  /** 0: no answer came. */
  readonly status: number;
  /** The page, or why there is none. */
  readonly text: string;
}

export interface Load {
  /** In the order of their answers. */
  readonly answers: readonly Answer[];
  /** The first answer from now on that fits. */
  first(fits: (answer: Answer) => boolean): Promise<Answer>;
  stop(): Promise<void>;
}

/** Requests of https://shop.example.net/ from internet1. @param rate a second, half of them on new connections. */
export function startLoad(lab: BenchLab, rate: number, limit = 2000): Load {
  const answers: Answer[] = [];
  const waiting = new Set<(answer: Answer) => void>();
  const names = lab.record.topology.nodes.find(({ role }) => role === "NameServer");
  const server = names?.ports.find(({ address }) => address !== null)?.address ?? "";
  const program = [process.execPath, `${import.meta.dirname}/../programs/open-loop.ts`];
  const command = lab.at("internet1", ...program, "https://shop.example.net/", server, String(rate), String(limit));
  const client: Background = background(command, (line) => {
    const answer = JSON.parse(line) as Answer;
    answers.push(answer);
    for (const tell of waiting) tell(answer);
  });
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

export const isFailed = ({ status }: Answer): boolean => status !== 200;
