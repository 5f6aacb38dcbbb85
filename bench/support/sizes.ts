/** How large a tier was, and when. */
import { NetwrightError } from "@netwright/base";
import type { BenchLab } from "./lab.ts";
import { monotonic, sleep } from "./shell.ts";

export interface Size {
  /** Milliseconds, monotonic. */
  readonly at: number;
  /** Instances that there are, whatever their state. */
  readonly all: number;
  readonly ready: number;
}

export interface SizeWatch {
  readonly sizes: readonly Size[];
  stop(): Promise<void>;
}

/** Looks twenty times a second. */
export function watchSizes(lab: BenchLab, service: string, tier: string): SizeWatch {
  const sizes: Size[] = [];
  const stopped = new AbortController();
  const look = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const { items } = await lab.client.list("Instance");
      const ours = items.filter(({ metadata }) => metadata.name.startsWith(`${service}-${tier}-`));
      const ready = ours.filter(({ status }) => status?.["phase"] === "Ready");
      sizes.push({ at: monotonic(), all: ours.length, ready: ready.length });
      await sleep(50);
    }
  };
  const looking = look();
  // Whoever stops it is told.
  looking.catch(() => {});
  return {
    sizes,
    stop: async () => {
      stopped.abort();
      await looking;
    },
  };
}

/** Milliseconds from a moment until so many were ready. @throws NW1605 when they never were */
export function reached(sizes: readonly Size[], since: number, count: number): number {
  const there = sizes.find(({ at, ready }) => at >= since && ready >= count);
  if (there === undefined) throw new NetwrightError("NW1605", `never ready: ${count} instances`);
  return there.at - since;
}

/** What such a span costs: a size lasts until the next look. */
export function instanceSeconds(sizes: readonly Size[], since: number, until: number): number {
  const inSpan = (at: number): number => Math.min(Math.max(at, since), until);
  const spans = sizes.map(({ at, all }, index) => all * (inSpan(sizes[index + 1]?.at ?? until) - inSpan(at)));
  return spans.reduce((sum, each) => sum + each, 0) / 1000;
}
