/** A command at a node, run to its end: its output is collected. */
import type { Milliseconds } from "@netwright/base";
import type { LabPaths } from "../record/paths.ts";
import type { NodeExit } from "./frames.ts";
import { startInNode, type NodeCommand } from "./start-in-node.ts";

export interface RunInNodeOptions extends NodeCommand {
  /** The command is ended then. It may run for ever when left out. */
  readonly timeout?: Milliseconds;
  /** The command is ended then too. */
  readonly signal?: AbortSignal;
  /** Octets kept of each output, 1 MiB when left out. What is beyond is read and dropped. */
  readonly outputMax?: number;
}

export interface NodeRunResult extends NodeExit {
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** One of the outputs was longer than what is kept. */
  readonly truncated: boolean;
}

const defaultOutputMax = 1024 * 1024;

/** A command's own failure is a result. @throws NW1203 and NW1703 as `startInNode`, the signal's reason when that aborts */
export async function runInNode(
  paths: LabPaths,
  node: string,
  { timeout, signal, outputMax = defaultOutputMax, ...command }: RunInNodeOptions,
): Promise<NodeRunResult> {
  signal?.throwIfAborted();
  const [stdout, stderr] = [new Collected(outputMax), new Collected(outputMax)];
  const running = startInNode(paths, node, command, {
    stdout: (chunk) => stdout.push(chunk),
    stderr: (chunk) => stderr.push(chunk),
  });
  let timedOut = false;
  const expire = (): void => {
    timedOut = true;
    running.abandon();
  };
  const timer = timeout === undefined ? undefined : setTimeout(expire, timeout);
  signal?.addEventListener("abort", running.abandon, { once: true });
  try {
    const exit = await running.exit;
    signal?.throwIfAborted();
    const truncated = stdout.truncated || stderr.truncated;
    return { ...exit, stdout: stdout.text(), stderr: stderr.text(), timedOut, truncated };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", running.abandon);
  }
}

/** The first octets of an output. */
class Collected {
  readonly #chunks: Buffer[] = [];
  #room: number;
  truncated = false;

  constructor(room: number) {
    this.#room = room;
  }

  push(chunk: Buffer): void {
    const kept = chunk.subarray(0, this.#room);
    if (kept.length < chunk.length) this.truncated = true;
    if (kept.length > 0) this.#chunks.push(kept);
    this.#room -= kept.length;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
