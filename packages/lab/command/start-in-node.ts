/** A command at a node over the node's own socket: no process is started on this side. */
import { connect, type Socket } from "node:net";
import { constants } from "node:os";
import { NetwrightError } from "@netwright/base";
import { nodeSocket, type LabPaths } from "../record/paths.ts";
import {
  decodeEnd,
  encodeFrame,
  encodeRequest,
  frameKinds,
  FrameReader,
  inputWindow,
  type Frame,
  type NodeExit,
} from "./frames.ts";

export interface NodeCommand {
  readonly argv: readonly string[];
  /** As the node sees it; `/`, or what its image says, when left out. */
  readonly cwd?: string;
  /** Beside PATH, HOME and LANG, and those of the node's image, which it may replace. */
  readonly env?: Readonly<Record<string, string>>;
  /** An empty file when left out. */
  readonly input?: string | Buffer;
}

/** A command under way at a node. */
export interface RunningCommand {
  /** @throws NW1703 when the node does not run, or ended meanwhile */
  readonly exit: Promise<NodeExit>;
  /** For all of its process group. Nothing happens when it has ended. */
  readonly signal: (name: NodeJS.Signals) => void;
  /** The node ends its process group: SIGTERM, and SIGKILL after a second. `exit` tells how it ended. */
  readonly abandon: () => void;
  /** It goes on without us, and nobody reads what it writes; `exit` tells nothing any more. Resolves when the node knows. */
  readonly leave: () => Promise<void>;
}

export interface OutputListener {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

/** After that long, in milliseconds, a node that was told to end a command is not waited for: it may be paused. */
const abandonWait = 3000;
const chunkMax = 64 * 1024;

/** Everything the command leaves in the background stays at the node. @throws NW1203 for a command that no program can be given */
export function startInNode(paths: LabPaths, node: string, command: NodeCommand, on: OutputListener): RunningCommand {
  const { argv, cwd = "", env = {}, input } = command;
  const request = encodeRequest({ argv, cwd, env, hasInput: input !== undefined });
  const socket = connect({ path: nodeSocket(paths, node) });
  const reader = new FrameReader();
  const feed = input === undefined ? undefined : new InputFeed(socket, Buffer.from(input));
  let ended = false;
  socket.write(request);
  feed?.advance(0);
  const exit = new Promise<NodeExit>((resolve, reject) => {
    const end = (finish: () => void): void => {
      ended = true;
      socket.destroy();
      finish();
    };
    const hear = ({ kind, data }: Frame): void => {
      if (kind === frameKinds.stdout) on.stdout(data);
      else if (kind === frameKinds.stderr) on.stderr(data);
      else if (kind === frameKinds.taken) feed?.advance(Number(data.toString("latin1")));
      else end(() => resolve(decodeEnd(data)));
    };
    socket.on("data", (chunk) => reader.push(chunk).forEach(hear));
    socket.on("error", (cause) => end(() => reject(gone(node, argv, cause))));
    socket.on("close", () => end(() => reject(gone(node, argv))));
    socket.on("timeout", () => end(() => resolve({ code: 128 + constants.signals.SIGKILL, signal: "SIGKILL" })));
  });
  // Whoever abandons a command need not care how it ended.
  exit.catch(() => {});
  return {
    exit,
    signal: (name) => {
      if (!ended && socket.writable) socket.write(encodeFrame(frameKinds.signal, name.slice("SIG".length)));
    },
    abandon: () => {
      if (!ended && socket.writable) socket.end().setTimeout(abandonWait);
    },
    leave: async () => {
      if (ended || !socket.writable) return;
      // What the kernel has taken from us the node finds before the end.
      const flushed = new Promise<void>((resolve) => socket.end(encodeFrame(frameKinds.leave, ""), () => resolve()));
      await flushed;
      socket.destroy();
    },
  };
}

/** Sends input as the command takes it. */
class InputFeed {
  readonly #socket: Socket;
  readonly #input: Buffer;
  #sent = 0;
  #taken = 0;

  constructor(socket: Socket, input: Buffer) {
    this.#socket = socket;
    this.#input = input;
  }

  advance(taken: number): void {
    this.#taken += taken;
    if (!this.#socket.writable || (this.#sent === this.#input.length && taken > 0)) return;
    while (this.#sent < this.#input.length && this.#sent - this.#taken + chunkMax <= inputWindow) {
      const chunk = this.#input.subarray(this.#sent, this.#sent + chunkMax);
      this.#socket.write(encodeFrame(frameKinds.input, chunk));
      this.#sent += chunk.length;
    }
    if (this.#sent === this.#input.length) this.#socket.write(encodeFrame(frameKinds.inputEnd, ""));
  }
}

/** A socket that nobody listens at is of a node that has ended; one that is not there, of a lab that is not up. */
function gone(node: string, argv: readonly string[], cause?: NodeJS.ErrnoException): NetwrightError {
  const never = cause?.code === "ENOENT" || cause?.code === "ECONNREFUSED";
  const message = never ? `${node} does not run` : `${node} ended, or what served it there, while it ran ${argv[0]}`;
  return new NetwrightError("NW1703", message, {
    hint: "netwright lab status tells what runs; netwright lab up builds a broken lab anew",
    ...(cause === undefined ? {} : { cause }),
  });
}
