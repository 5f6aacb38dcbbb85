/** Speaks with the loader (`native/balancer/README.md`): one kept process, whatever there is to do. */
import { NetwrightError } from "@netwright/base";
import type { Conversation, NodeSystem } from "@netwright/contract";
import { hasPrograms } from "./remove-programs.ts";
import { pinsDirectory, programs } from "./programs.ts";

export interface Request {
  readonly op: string;
  readonly [field: string]: unknown;
}

export interface Loaded {
  readonly adopted: boolean;
  readonly programs: { readonly uplink: number; readonly tunnel: number };
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly log?: string };
}

export class LoaderError extends NetwrightError {
  /** Name of an errno, or one of the loader's own. */
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(reason === "EVERIFIER" ? "NW1603" : "NW1601", `the load balancer's loader: ${message}`);
    this.reason = reason;
  }
}

/** One for each node that this process sees to; the kernel has what was made when it ends. */
const loaders = new WeakMap<NodeSystem, Loader>();

export function loaderOf(system: NodeSystem): Loader {
  const loader = loaders.get(system) ?? new Loader(system);
  loaders.set(system, loader);
  return loader;
}

export class Loader {
  readonly #system: NodeSystem;
  #conversation: Conversation | undefined;
  /** By this process, since the conversation's program was started. */
  #loaded: Loaded | undefined;

  constructor(system: NodeSystem) {
    this.#system = system;
  }

  /** What an earlier one made, opened; undefined where there is nothing. */
  async adopt(): Promise<Loaded | undefined> {
    if (this.#loaded !== undefined && (await this.#lives())) return this.#loaded;
    return (await hasPrograms(this.#system)) ? this.load() : undefined;
  }

  async load(): Promise<Loaded> {
    const { object } = this.#programs();
    this.#loaded = (await this.#one({ op: "load", object })) as Loaded;
    return this.#loaded;
  }

  async unload(): Promise<void> {
    this.#loaded = undefined;
    await this.#one({ op: "unload" });
    this.#conversation?.close();
  }

  /** Each result, or the error in its place. */
  async ask(requests: readonly Request[]): Promise<readonly unknown[]> {
    const lines = requests.map((request, id) => JSON.stringify({ id, ...request }));
    const answers = await this.#talk().ask(lines);
    return answers.map((line) => {
      const { result, error } = JSON.parse(line) as Answer;
      return error === undefined ? result : new LoaderError(error.code, reasonOf(error));
    });
  }

  close(): void {
    this.#loaded = undefined;
    this.#conversation?.close();
  }

  /** A program that ended in between has forgotten what it had open. */
  async #lives(): Promise<boolean> {
    try {
      const [answer] = await this.ask([{ op: "read", map: "host", keys: ["00000000"] }]);
      return !(answer instanceof Error);
    } catch {
      return false;
    }
  }

  async #one(request: Request): Promise<unknown> {
    const [answer] = await this.ask([request]);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  #talk(): Conversation {
    const { runner, paths } = this.#system;
    return (this.#conversation ??= runner.converse([this.#programs().loader, pinsDirectory(paths)]));
  }

  #programs() {
    const found = programs();
    if (found === undefined) throw new NetwrightError("NW1602", notBuilt);
    return found;
  }
}

/** The Debian package has it built, a checkout tools/setup; what npm brings is built where it runs. */
export const notBuilt =
  "the load balancer's loader is not built: apt-get install gcc libc6-dev libbpf-dev libjansson-dev, then run native/build of Netwright";

/** The end of what the verifier said has the reason. */
const reasonOf = ({ message, log }: { readonly message: string; readonly log?: string }): string =>
  log === undefined ? message : `${message}: ${log.trim().split("\n").slice(-3).join(" | ")}`;
