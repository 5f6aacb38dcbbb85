/** What the lab's program tells, line by line. @see labProgram */
import { NetwrightError } from "@netwright/base";
import type { NodeProcess } from "../record/record.ts";
import type { Topology } from "../topology/topology.ts";
import { stepText } from "../wiring/ip-text.ts";

export class LabReport {
  readonly sandbox: Promise<void>;
  readonly nodes: Promise<void>;
  readonly wired: Promise<Readonly<Record<string, NodeProcess>>>;
  readonly #topology: Topology;
  readonly #log: string;
  readonly #heard = Promise.withResolvers<void>();
  readonly #stood = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<Readonly<Record<string, NodeProcess>>>();
  readonly #found: Record<string, NodeProcess> = {};
  #problem: NetwrightError | undefined;

  constructor(topology: Topology, log: string) {
    this.#topology = topology;
    this.#log = log;
    this.sandbox = this.#heard.promise;
    this.nodes = this.#stood.promise;
    this.wired = this.#done.promise;
    // Whoever fails in one of them does not wait for the others.
    for (const promise of [this.sandbox, this.nodes, this.wired]) promise.catch(() => {});
  }

  hear(line: string): void {
    const [verb, name = "", ...words] = line.split(" ");
    if (verb === "sandbox") this.#heard.resolve();
    else if (verb === "nodes") this.#stood.resolve();
    else if (verb === "node") this.#found[name] = processOf(words);
    else if (verb === "failed") this.#problem ??= this.#problemOf(name, words);
  }

  /** Nothing more comes. */
  end(): void {
    const missing = this.#topology.nodes.map(({ name }) => name).filter((name) => !Object.hasOwn(this.#found, name));
    if (this.#problem === undefined && missing.length === 0) this.#done.resolve(this.#found);
    else this.fail(this.#problem ?? this.#ended(missing));
  }

  fail(problem: NetwrightError): void {
    for (const { reject } of [this.#heard, this.#stood, this.#done]) reject(problem);
  }

  #ended(missing: readonly string[]): NetwrightError {
    const what =
      missing.length === this.#topology.nodes.length
        ? "the sandbox cannot be built"
        : `not started: ${missing.join(", ")}`;
    return new NetwrightError("NW1703", what, { hint: `see ${this.#log}` });
  }

  /** `refused PART NUMBER REASON` is of the kernel, about one step; anything else is a reason in full. */
  #problemOf(node: string, words: readonly string[]): NetwrightError {
    const [verb, part = "", number, ...reason] = words;
    const where = node === "-" ? "" : `${node}: `;
    if (verb !== "refused")
      return new NetwrightError("NW1703", `${where}${words.join(" ")}`, { hint: `see ${this.#log}` });
    const step = stepText(this.#topology, node, part, Number(number));
    return new NetwrightError("NW1703", `${where}the kernel refused ${step}: ${reason.join(" ")}`, {
      hint: "addresses and routes of the manifest may contradict each other",
    });
  }
}

/** `PID TICKS PID-IN-SANDBOX` */
function processOf(words: readonly string[]): NodeProcess {
  const [pid, startTicks, pidInSandbox] = words.map(Number) as [number, number, number];
  return { machine: { pid, startTicks }, pidInSandbox };
}
