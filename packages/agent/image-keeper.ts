/**
 * Has the images that the state wants on this host: looks names up, fetches, tries again, and collects what nobody uses.
 * It runs beside the rounds and wakes them when an image is there, so that no fetch holds up a firewall or a container.
 * All that it knows it may lose.
 */
import {
  isDigest,
  isNetwrightError,
  messageOf,
  milliseconds,
  type Digest,
  type Entropy,
  type Log,
  type Milliseconds,
} from "@netwright/base";
import type { HostState, ImageReport, NodeSystem } from "@netwright/contract";
import {
  collectImages,
  markUsed,
  platformOf,
  pullImage,
  readImage,
  resolveImage,
  setAsideWritten,
  sweepImages,
  type Progress,
  type PullContext,
} from "@netwright/drivers/image-store/index.ts";
import { bundleOf, bundlesDirectory } from "@netwright/drivers/runtime-crun/layout.ts";
import { backOff } from "./back-off.ts";
import { wantedImages, type WantedImage } from "./image-names.ts";
import { Waiter } from "./waiter.ts";

export interface ImageOptions {
  /** Credentials of registries (containers-auth.json(5)); null: skopeo's own places. */
  readonly authFile: string | null;
  /** Octets that images may take before unused ones are collected; no single image may be larger. */
  readonly cacheSize: number;
}

export interface ImageKeeperOptions extends ImageOptions {
  readonly system: NodeSystem;
  readonly entropy: Entropy;
  readonly log: Log;
  /** Something is to be told. */
  readonly onNews: () => void;
  /** An image is there that was not. */
  readonly onImage: () => void;
  /** Null when nobody asks for them. */
  readonly metrics: ImageMetrics | null;
}

export interface ImageMetrics {
  imageTried(outcome: "Fetched" | "Failed"): void;
  /** Octets of the store. */
  imagesKept(octets: number): void;
}

/** One image on its way. */
interface Task {
  wanted: WantedImage;
  /** What it stands for, as soon as that is known. */
  digest: Digest | null;
  phase: ImageReport["phase"];
  progress: Progress | null;
  failure: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
  failures: number;
  nextAt: Milliseconds;
  readonly stop: AbortController;
  working: Promise<void> | null;
}

const keyOf = ({ name, digest }: WantedImage): string => `${name} ${digest ?? ""}`;

/** Files of one layer. */
const entriesMax = 500_000;
/** Images on their way at the same time; others wait. */
const atOnce = 3;
/** Between two looks at what could be collected. */
const collectInterval = milliseconds(60_000);

export class ImageKeeper {
  readonly #options: ImageKeeperOptions;
  readonly #waiter: Waiter;
  readonly #tasks = new Map<string, Task>();
  readonly #pulls = new Map<Digest, Promise<unknown>>();
  readonly #layersUnderWay: PullContext["layersUnderWay"] = new Map();
  #state: HostState | undefined;
  #used: ReadonlySet<Digest> = new Set();
  #collectAt = 0;

  constructor(options: ImageKeeperOptions) {
    this.#options = options;
    this.#waiter = new Waiter(options.system.clock);
  }

  /** What is wanted from now on. */
  want(state: HostState): void {
    this.#state = state;
    this.#waiter.wake();
  }

  /** By name, then digest. */
  reports(): readonly ImageReport[] {
    return [...this.#tasks.values()]
      .map(reportOf)
      .toSorted((a, b) => (`${a.name} ${a.digest}` < `${b.name} ${b.digest}` ? -1 : 1));
  }

  find(name: string, digest: string | undefined): ImageReport | undefined {
    const task = this.#tasks.get(`${name} ${digest ?? ""}`);
    return task === undefined ? undefined : reportOf(task);
  }

  /** To be over before a container is started: one may have the name of one that was there before a reboot. */
  async prepare(): Promise<void> {
    const { system, log } = this.#options;
    try {
      await setAsideWritten(system, () => system.files.list(bundlesDirectory(system.paths)));
    } catch (error) {
      log.error("what containers wrote that are gone was not set aside", { error: messageOf(error) });
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const { system, log } = this.#options;
    await sweepImages(system);
    while (!signal.aborted) {
      const rest = await this.#turn(signal).catch((error: unknown) => {
        log.error("images were not looked at", { error: messageOf(error) });
        return collectInterval;
      });
      await this.#waiter.rest(rest, signal);
    }
    for (const { stop } of this.#tasks.values()) stop.abort();
    await Promise.all([...this.#tasks.values()].flatMap(({ working }) => working ?? []));
  }

  /** @returns how long to rest */
  async #turn(signal: AbortSignal): Promise<Milliseconds> {
    const { clock } = this.#options.system;
    if (this.#state !== undefined) this.#adopt(this.#state);
    for (const task of this.#tasks.values()) {
      const busy = [...this.#tasks.values()].filter(({ working }) => working !== null).length;
      if (task.phase === "Ready" && !(await this.#isThere(task))) task.phase = "Pulling";
      if (task.phase === "Ready" || task.working !== null || busy >= atOnce || clock.monotonic() < task.nextAt)
        continue;
      task.working = this.#work(task, signal);
    }
    await this.#collect();
    const waiting = [...this.#tasks.values()].filter(({ phase, working }) => phase === "Failed" && working === null);
    const until = Math.min(clock.monotonic() + collectInterval, ...waiting.map(({ nextAt }) => nextAt));
    return milliseconds(Math.max(0, until - clock.monotonic()));
  }

  #adopt(state: HostState): void {
    const wanted = new Map(wantedImages(state).map((image) => [keyOf(image), image]));
    let changed = false;
    for (const [key, image] of wanted) {
      if (this.#tasks.has(key)) continue;
      this.#tasks.set(key, this.#pinned(image) ?? newTask(image));
      changed = true;
    }
    for (const [key, task] of this.#tasks) {
      if (wanted.has(key)) continue;
      if (keyOf(task.wanted) === key) task.stop.abort();
      this.#tasks.delete(key);
      changed = true;
    }
    if (changed) this.#options.onNews();
  }

  /** What was looked up here has become what everybody runs: the fetch goes on. */
  #pinned(image: WantedImage): Task | undefined {
    const task = this.#tasks.get(keyOf({ ...image, digest: null }));
    if (task === undefined || image.digest === null || task.digest !== image.digest) return undefined;
    task.wanted = image;
    return task;
  }

  async #isThere({ digest }: Task): Promise<boolean> {
    const { files, paths } = this.#options.system;
    return digest !== null && (await readImage(files, paths, digest)) !== undefined;
  }

  /** Never rejects. */
  async #work(task: Task, signal: AbortSignal): Promise<void> {
    const { system, entropy, log, onNews, onImage, metrics } = this.#options;
    const { name } = task.wanted;
    try {
      await this.#have(task, AbortSignal.any([signal, task.stop.signal]));
      task.phase = "Ready";
      task.failures = 0;
      task.failure = null;
      metrics?.imageTried("Fetched");
      log.info("an image is there", { image: name, digest: task.digest });
      onImage();
    } catch (error) {
      if (signal.aborted || task.stop.signal.aborted) return;
      task.phase = "Failed";
      task.failure = failureOf(error);
      task.nextAt = milliseconds(system.clock.monotonic() + backOff(++task.failures, entropy));
      metrics?.imageTried("Failed");
      log.warn("an image cannot be had", { image: name, ...task.failure, failures: task.failures });
    } finally {
      task.working = null;
      task.progress = null;
      onNews();
      this.#waiter.wake();
    }
  }

  async #have(task: Task, signal: AbortSignal): Promise<void> {
    const { system, authFile, cacheSize, onNews } = this.#options;
    const context: PullContext = {
      system,
      access: { authFile },
      platform: platformOf(process.arch),
      limits: { octets: cacheSize, entries: entriesMax },
      signal,
      layersUnderWay: this.#layersUnderWay,
      onProgress: (progress) => {
        task.progress = progress;
        onNews();
      },
    };
    const { reference } = task.wanted;
    if (task.digest === null) {
      task.digest = await resolveImage(context, reference);
      onNews();
    }
    task.phase = "Pulling";
    const digest = task.digest;
    // The same image under another name comes once: whoever waited finds it, or tries itself.
    for (let other = this.#pulls.get(digest); other !== undefined; other = this.#pulls.get(digest)) {
      await other.catch(() => {});
    }
    const pulling = pullImage(context, reference, digest);
    this.#pulls.set(digest, pulling);
    try {
      await pulling;
    } finally {
      this.#pulls.delete(digest);
    }
  }

  /** Only while nothing is on its way. */
  async #collect(): Promise<void> {
    const { system, cacheSize, log, metrics } = this.#options;
    const { files, paths, clock } = system;
    if (this.#state === undefined || clock.monotonic() < this.#collectAt) return;
    if ([...this.#tasks.values()].some(({ working }) => working !== null)) return;
    this.#collectAt = clock.monotonic() + collectInterval;
    const bundles = await files.list(bundlesDirectory(paths));
    const running = await Promise.all(bundles.map((name) => files.read(bundleOf(paths, name).image)));
    const digests = [...running, ...[...this.#tasks.values()].map(({ digest }) => digest)];
    const used = new Set(digests.filter((digest) => typeof digest === "string").filter(isDigest));
    await markUsed(system, new Set([...this.#used].filter((digest) => !used.has(digest))));
    this.#used = used;
    const { images, octets } = await collectImages(system, { used, bound: cacheSize });
    metrics?.imagesKept(octets);
    if (images.length > 0) log.info("images that nobody uses were collected", { digests: images });
  }
}

const newTask = (wanted: WantedImage): Task => ({
  wanted,
  digest: wanted.digest,
  phase: wanted.digest === null ? "Resolving" : "Pulling",
  progress: null,
  failure: null,
  failures: 0,
  nextAt: milliseconds(0),
  stop: new AbortController(),
  working: null,
});

function failureOf(error: unknown): NonNullable<Task["failure"]> {
  if (!isNetwrightError(error)) return { code: "NW1801", message: messageOf(error), hint: null };
  return { code: error.code, message: error.message, hint: error.diagnostics[0]?.hint ?? null };
}

const octetsText = (octets: number): string =>
  octets < 2 ** 20 ? `${Math.ceil(octets / 1024)} KiB` : `${Math.round(octets / 2 ** 20)} MiB`;

/** In steps that make no news of every octet. */
function progressText({ step, done, total }: Progress): string {
  if (step === "Unpacking") return "unpacking";
  const part = total === 0 ? 0 : Math.floor((done / total) * 20) / 20;
  return `fetched ${octetsText(part * total)} of ${octetsText(total)}`;
}

function reportOf({ wanted, digest, phase, progress, failure, failures }: Task): ImageReport {
  const base = { name: wanted.name, digest, resolved: wanted.digest === null && digest !== null, phase };
  if (failure !== null) {
    // Where it failed, it stays said until it works: a next try under way is no news.
    const again = `tried ${failures} ${failures === 1 ? "time" : "times"}, and again soon`;
    const { code, message, hint } = failure;
    return { ...base, phase: "Failed", code, message: `${message} (${again})`, hint };
  }
  const message = {
    Resolving: "looking up what the name stands for",
    Pulling: progress === null ? "waiting to be fetched" : progressText(progress),
    Ready: "on this host",
    Failed: "",
  }[phase];
  return { ...base, code: null, message, hint: null };
}
