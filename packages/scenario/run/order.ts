/** Which jobs run, how often, and in which order. Pure. */
import type { Job } from "../load/job.ts";

export interface Turn {
  readonly job: Job;
  /** From 1 on. */
  readonly attempt: number;
  readonly seed: number;
}

/** Jobs with the scenarios whose id or suite's name has one of these texts in it (`*` stands for anything); all when there are none. */
export function selected(jobs: readonly Job[], filters: readonly string[]): readonly Job[] {
  if (filters.length === 0) return jobs;
  const patterns = filters.map((text) => new RegExp(text.split("*").map(escaped).join(".*")));
  const wanted = (name: string): boolean => patterns.some((pattern) => pattern.test(name));
  return jobs.flatMap((job) => {
    if (wanted(job.name)) return [job];
    const scenarios = job.scenarios.filter(({ id }) => wanted(id));
    return scenarios.length === 0 ? [] : [{ ...job, scenarios }];
  });
}

/** Every job `repeat` times, shuffled by the seed: what depends on an order shows. Attempts of one job differ in their seeds. */
export function turnsOf(jobs: readonly Job[], repeat: number, seed: number): readonly Turn[] {
  const rounds = Array.from({ length: repeat }, (_, round) => round + 1);
  const random = randomFrom(seed);
  return rounds.flatMap((attempt) =>
    shuffled(jobs, random).map((job) => ({
      job,
      attempt,
      seed: attempt === 1 ? seed : (seed + attempt - 1) % 2 ** 32,
    })),
  );
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

/** From 0 up to 1: mulberry32, which is small and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const escaped = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
