/** Requests at a steady rate from a client in the lab's internet, and what became of each. The generator is the one of scenarios. */
import { once } from "node:events";
import { join } from "node:path";
import { parseReady, parseResult, type GeneratorOrder } from "../packages/scenario/loads/generator-line.ts";
import { shop, type LiveLab } from "./live-lab.ts";
import { repository } from "./product.ts";
import { until } from "./until.ts";

export interface Failure {
  /** When the request was due, in milliseconds since 1970. */
  readonly at: number;
  readonly connection: "new" | "kept";
  readonly error: string;
}

export interface Counts {
  /** Requests that have succeeded or failed. */
  readonly ended: number;
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

const generator = join(repository, "packages/scenario/loads/main.ts");

/** Adds up the generator's lines. */
class Tally implements Counts {
  done = 0;
  readonly failures: Failure[] = [];
  readonly answeredBy: Record<string, number> = {};
  /** When the generator said `ready`, in milliseconds since 1970. */
  #begun: number | undefined;

  get ended(): number {
    return this.done + this.failures.length;
  }

  read(line: string): void {
    const ready = parseReady(line);
    if (ready !== undefined) this.#begun = Date.now() - (Number(process.hrtime.bigint()) / 1e6 - ready);
    if (this.#begun === undefined || !line.includes("\t")) return;
    const { at, failure, page } = parseResult(line);
    if (failure !== undefined) {
      const connection = page?.isFresh === true ? "new" : "kept";
      this.failures.push({ at: this.#begun + at, connection, error: failure });
      return;
    }
    const by = /This is (\S+),/.exec(page?.text ?? "")?.[1] ?? "nobody";
    this.answeredBy[by] = (this.answeredBy[by] ?? 0) + 1;
    this.done += 1;
  }
}

export async function startLoad(lab: LiveLab, node = "internet1", rate = 20, url: string = shop): Promise<Load> {
  const pidFile = `/run/load-${node}-${process.pid}.pid`;
  const order: GeneratorOrder = { url, rate, fresh: 0.5, timeout: 5000, insecure: false, for: 0, pages: true };
  const command = `exec ${process.execPath} ${generator} '${JSON.stringify(order)}'`;
  // The first look-up of a new name asks all the way; one lost datagram of that would be several requests without an answer.
  const { hostname } = new URL(url);
  await until(
    `${hostname} is known`,
    () => lab.tryAt(node, `getent ahosts ${hostname}`),
    ({ code }) => code === 0,
  );
  const child = lab.startAt(node, `echo $$ >${pidFile}; ${command}`);
  // From the start: it may be over before whoever ends it looks.
  const closed = once(child, "close") as Promise<[code: number | null]>;
  const tally = new Tally();
  let rest = "";
  let complaints = "";
  child.stderr.on("data", (chunk) => (complaints += String(chunk)));
  child.stdout.on("data", (chunk) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach((line) => tally.read(line));
  });
  const passes = async (more: number): Promise<void> => {
    const { done } = tally;
    await until(
      `${more} requests more have succeeded`,
      async () => tally,
      (seen) => seen.done >= done + more,
    );
  };
  await passes(5);
  return {
    counts: () => tally,
    passes,
    stop: async () => {
      await lab.at(node, `kill -TERM $(cat ${pidFile})`);
      const [code] = await closed;
      if (code !== 0) throw new Error(`the load ended early, with ${code}: ${complaints}`);
      return tally;
    },
  };
}
