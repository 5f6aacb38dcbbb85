/**
 * What a node's keeper and its client say to each other over `nodes/NODE.sock`. Pure; @see keeperCommands for the other
 * side. A frame is its kind (one octet), the length of what follows (four octets, high first), and that.
 *
 * The client sends one request, then any number of the other kinds; when it closes its side before the command has
 * ended, the node ends the command, unless it was told to leave it. The node sends output as it comes and, last, the end.
 */
import { constants } from "node:os";
import { NetwrightError } from "@netwright/base";

export const frameKinds = {
  // from the client
  request: "R",
  input: "I",
  inputEnd: "E",
  signal: "S",
  /** The command goes on when the client has closed, and nobody reads what it writes. */
  leave: "L",
  // from the node
  stdout: "O",
  stderr: "X",
  /** So many octets of input reached the command, in decimal. */
  taken: "T",
  /** Exit status and number of the signal (0 for none), in decimal. */
  end: "D",
} as const;

/** So much input may be on its way, so that a signal never waits behind input that a command does not read. */
export const inputWindow = 256 * 1024;

/** More than the kernel takes for a program's arguments and environment together. */
export const requestMax = 4 * 1024 * 1024;

export interface Frame {
  readonly kind: string;
  readonly data: Buffer;
}

const headerLength = 5;

export function encodeFrame(kind: string, data: string | Buffer): Buffer {
  const body = typeof data === "string" ? Buffer.from(data) : data;
  const header = Buffer.alloc(headerLength);
  header.write(kind, 0, "latin1");
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

export interface CommandRequest {
  readonly argv: readonly string[];
  /** Empty for the node's own. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Without it the command reads an empty file. */
  readonly hasInput: boolean;
}

/** Directory, input or none, number of variables, these, and the command: joined by NUL. @throws NW1203 for what no program can be given */
export function encodeRequest({ argv, cwd, env, hasInput }: CommandRequest): Buffer {
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const words = [cwd, hasInput ? "1" : "0", String(variables.length), ...variables, ...argv];
  if (argv[0] === undefined || argv[0] === "") throw new NetwrightError("NW1203", "a command needs a program");
  if (words.some((word) => word.includes("\0")))
    throw new NetwrightError("NW1203", "a command's words and variables cannot contain a NUL");
  const request = Buffer.from(words.join("\0"));
  if (request.length <= requestMax) return encodeFrame(frameKinds.request, request);
  throw new NetwrightError("NW1203", `a command of ${request.length} octets is too long`, {
    hint: "give what is long as input or as a file",
  });
}

/** Cuts a stream into frames, in whatever pieces it comes. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): readonly Frame[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    let at = 0;
    while (data.length - at >= headerLength) {
      const end = at + headerLength + data.readUInt32BE(at + 1);
      if (end > data.length) break;
      frames.push({ kind: String.fromCharCode(data[at] as number), data: data.subarray(at + headerLength, end) });
      at = end;
    }
    this.#rest = data.subarray(at);
    return frames;
  }
}

export interface NodeExit {
  /** 128 + its number for a signal, 127 when there is no such program, 126 when it cannot be run. */
  readonly code: number;
  readonly signal: string | null;
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

export function decodeEnd(data: Buffer): NodeExit {
  const [code = 0, signal = 0] = data.toString("latin1").split(" ").map(Number);
  return signal === 0
    ? { code, signal: null }
    : { code: 128 + signal, signal: signalNames.get(signal) ?? `SIG${signal}` };
}
