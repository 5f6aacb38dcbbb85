/** Files of a session: written anew while it goes on, so that one that is killed leaves its reports. */
import { posix } from "node:path";
import { milliseconds, type Clock, type Instant, type Milliseconds } from "@netwright/base";
import type { Files } from "@netwright/contract";
import { renderHtml } from "./html/page.ts";
import type { ReportFiles } from "./html/report-files.ts";
import { renderJson, renderRunJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import type { Evidence, RunReport, SessionReport, TestEvent } from "./report.ts";
import { checksOf } from "./steps.ts";
import { renderTap } from "./tap.ts";

/** Characters of a file that stands in the page itself, and of all of one run's. */
const inlineMax = { file: 16_384, run: 262_144 } as const;

/** What is found of the files of a run; they do not change when it has ended. */
interface Beside {
  readonly paths: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}
type Known = Map<RunReport, Beside>;

/** @param directory relative to where evidence and artefacts are named from */
export async function writeReports(
  files: Files,
  directory: string,
  session: SessionReport,
  known: Known = new Map(),
): Promise<void> {
  for (const run of session.runs) if (!known.has(run)) known.set(run, await besideOf(files, run));
  const all = [
    ["report.json", renderJson(session)],
    ["junit.xml", renderJunit(session)],
    ["report.tap", renderTap(session)],
    ["index.html", renderHtml(session, reportFiles(directory, [...known.values()]))],
  ] as const;
  await Promise.all(all.map(([name, text]) => files.write(`${directory}/${name}`, text)));
}

async function besideOf(files: Files, run: RunReport): Promise<Beside> {
  if (run.artefacts !== null) await files.write(`${run.artefacts}/report.json`, renderRunJson(run));
  const collected = run.artefacts === null ? [] : await filesBelow(files, run.artefacts);
  const named = checksOf(run).flatMap(({ evidence }) =>
    evidence.flatMap((each: Evidence) => (each.kind === "File" ? each.path : [])),
  );
  const texts = new Map<string, string>();
  let room: number = inlineMax.run;
  for (const path of new Set([...named, ...collected])) {
    if (!/\.(txt|diff|log)$/.test(path)) continue;
    const text = await files.read(path).catch(() => undefined);
    if (text === undefined || text.length > Math.min(room, inlineMax.file)) continue;
    room -= text.length;
    texts.set(path, text);
  }
  return { paths: collected, texts };
}

async function filesBelow(files: Files, directory: string): Promise<readonly string[]> {
  const names = await files.list(directory);
  const below = await Promise.all(
    names.map(async (name) => {
      const path = `${directory}/${name}`;
      const inside = await filesBelow(files, path);
      return inside.length === 0 ? [path] : inside;
    }),
  );
  return below.flat();
}

function reportFiles(directory: string, beside: readonly Beside[]): ReportFiles {
  const all = beside.flatMap(({ paths }) => paths);
  const texts = new Map(beside.flatMap((each) => [...each.texts]));
  return {
    href: (path) => `./${posix.relative(directory, path).split("/").map(encodeURIComponent).join("/")}`,
    text: (path) => texts.get(path),
    below: (artefacts) => all.filter((path) => path.startsWith(`${artefacts}/`)),
  };
}

export interface ReportKeeper {
  /** Takes every event of a session. */
  readonly report: (event: TestEvent) => void;
  /** Resolves when all that was reported is written. @throws what writing threw */
  readonly end: () => Promise<void>;
}

export interface KeepReports {
  readonly files: Files;
  readonly clock: Clock;
  readonly directory: string;
}

/** So many times what a write took passes before the next: reports of thousands of runs must not slow the runs down. */
const restFactor = 10;

/** Writes after every run, or after several that end close together; at the end always. */
export function keepReports(options: KeepReports): ReportKeeper {
  const keeper = new Keeper(options);
  return { report: (event) => keeper.report(event), end: () => keeper.end() };
}

class Keeper {
  readonly #options: KeepReports;
  readonly #begun: { readonly at: Instant; readonly monotonic: Milliseconds };
  readonly #known: Known = new Map();
  readonly #resting = new AbortController();
  #session: SessionReport;
  #isDirty = false;
  #work: Promise<void> | undefined;

  constructor(options: KeepReports) {
    const { clock } = options;
    this.#options = options;
    this.#begun = { at: clock.now(), monotonic: clock.monotonic() };
    this.#session = { version: 1, seed: 0, begunAt: this.#begun.at, took: milliseconds(0), runs: [] };
  }

  report(event: TestEvent): void {
    const { clock } = this.#options;
    if (event.kind === "SessionBegan") this.#session = { ...this.#session, seed: event.seed };
    if (event.kind === "SessionEnded") this.#session = event.report;
    if (event.kind === "RunEnded") {
      const took = milliseconds(clock.monotonic() - this.#begun.monotonic);
      this.#session = { ...this.#session, took, runs: [...this.#session.runs, event.run] };
    }
    if (event.kind !== "SessionEnded" && event.kind !== "RunEnded") return;
    this.#isDirty = true;
    this.#work ??= this.#write();
    // Told by `end`.
    this.#work.catch(() => {});
  }

  async end(): Promise<void> {
    this.#resting.abort();
    await this.#work;
    if (this.#isDirty) await this.#writeOnce();
  }

  async #write(): Promise<void> {
    const { clock } = this.#options;
    while (this.#isDirty && !this.#resting.signal.aborted) {
      const begun = clock.monotonic();
      await this.#writeOnce();
      const rest = milliseconds((clock.monotonic() - begun) * restFactor);
      await clock.sleep(rest, this.#resting.signal).catch(() => {});
    }
    this.#work = undefined;
  }

  async #writeOnce(): Promise<void> {
    const { files, directory } = this.#options;
    this.#isDirty = false;
    await writeReports(files, directory, this.#session, this.#known);
  }
}
