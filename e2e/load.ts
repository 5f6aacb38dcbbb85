/** Requests at a steady rate from a client in the lab's internet, and what became of each. */
import { once } from "node:events";
import { join } from "node:path";
import { shop, type LiveLab } from "./live-lab.ts";
import { repository } from "./product.ts";
import { until } from "./until.ts";

export interface Failure {
  /** When the request began, in milliseconds since 1970. */
  readonly at: number;
  readonly connection: "new" | "kept";
  readonly error: string;
}

export interface Counts {
  readonly started: number;
  readonly done: number;
  readonly failures: readonly Failure[];
  readonly answeredBy: Readonly<Record<string, number>>;
}

export interface Load {
  counts(): Counts;
  /** Resolves when that many more requests have succeeded. */
  passes(more: number): Promise<void>;
  /** Resolves when everything that was started has ended. */
  stop(): Promise<Counts>;
}

const generator = join(repository, "e2e/load-generator.ts");

export async function startLoad(lab: LiveLab, node = "internet1", rate = 20, url: string = shop): Promise<Load> {
  const pidFile = `/run/load-${node}-${process.pid}.pid`;
  const child = lab.startAt(node, `echo $$ >${pidFile}; exec ${process.execPath} ${generator} ${url} ${rate}`);
  // From the start: it may be over before whoever ends it looks.
  const closed = once(child, "close");
  let latest: Counts & { readonly ended: boolean } = {
    started: 0,
    done: 0,
    failures: [],
    answeredBy: {},
    ended: false,
  };
  let rest = "";
  let complaints = "";
  child.stderr.on("data", (chunk) => (complaints += String(chunk)));
  child.stdout.on("data", (chunk) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    const last = lines.at(-1);
    if (last !== undefined) latest = JSON.parse(last) as typeof latest;
  });
  const passes = async (more: number): Promise<void> => {
    const { done } = latest;
    await until(
      `${more} requests more have succeeded`,
      async () => latest,
      (seen) => seen.done >= done + more,
    );
  };
  await passes(5);
  return {
    counts: () => latest,
    passes,
    stop: async () => {
      await lab.at(node, `kill -TERM $(cat ${pidFile})`);
      await closed;
      if (!latest.ended) throw new Error(`the load ended early: ${complaints}`);
      return latest;
    },
  };
}
