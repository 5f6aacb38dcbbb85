/**
 * The smallest server and client for data path tests, run inside a namespace:
 *   talk.ts serve NAME PORT...   answers every TCP line and UDP datagram with `NAME CLIENT-ADDRESS`
 *   talk.ts ask JSON             a list of questions; prints the list of answers
 *   talk.ts hold ADDRESS PORT    one TCP connection; every line of input is sent, every answer printed
 *   talk.ts keep PROTOCOL ADDRESS PORT COUNT   as many flows; for every line of input all ask, and the list of answers
 *                                is printed: what the server said, the code of an error, or `timeout`
 *   talk.ts fetch ADDRESS PORT OCTETS  asks for that much over TCP; prints how much came
 */
import { createSocket } from "node:dgram";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface Question {
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
  /** Milliseconds to wait for the answer. */
  readonly timeout: number;
  /** Source address; any by default. */
  readonly from?: string;
  /** Octets of a UDP question; 2 by default. */
  readonly size?: number;
}

/** The server's answer, or `timeout`, or the code of the system's error. */
export type Answer = string;

function serve(name: string, ports: readonly number[]): void {
  for (const port of ports) {
    const tcp = createServer((socket) => answerLines(name, socket));
    tcp.listen({ port, host: "::" });
    const udp = createSocket({ type: "udp6", ipv6Only: true });
    udp.on("message", (_, peer) => udp.send(`${name} ${peer.address}`, peer.port, peer.address));
    udp.bind(port);
  }
  setImmediate(() => process.stdout.write("listening\n"));
}

/** `bulk N` is answered by N octets, any other line by name and address. */
function answerLines(name: string, socket: Socket): void {
  socket.on("error", () => socket.destroy());
  const lines = createInterface({ input: socket });
  // It passes on what the socket told already.
  lines.on("error", () => {});
  lines.on("line", (line) => {
    const [word, octets] = line.split(" ");
    if (word === "bulk") socket.end(Buffer.alloc(Number(octets), "x"));
    else socket.write(`${name} ${socket.remoteAddress ?? ""}\n`);
  });
}

function ask(question: Question): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done("timeout"), question.timeout);
    const done = (answer: Answer): void => {
      clearTimeout(timer);
      close();
      resolve(answer);
    };
    const close = question.protocol === "tcp" ? askTcp(question, done) : askUdp(question, done);
  });
}

function askTcp({ address, port, from }: Question, done: (answer: Answer) => void): () => void {
  const socket = connect({ host: address, port, ...(from === undefined ? {} : { localAddress: from }) });
  socket.on("connect", () => socket.write("?\n"));
  socket.on("data", (data) => done(data.toString().trim()));
  socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? "error"));
  return () => socket.destroy();
}

function askUdp({ address, port, from, size = 2 }: Question, done: (answer: Answer) => void): () => void {
  const socket = createSocket("udp6");
  socket.on("message", (data) => done(data.toString()));
  socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? "error"));
  socket.bind(0, from, () => socket.connect(port, address, () => socket.send(Buffer.alloc(size, "?"))));
  return () => socket.close();
}

function hold(address: string, port: number): void {
  const socket = connect(port, address, () => process.stdout.write("connected\n"));
  socket.on("data", (data) => process.stdout.write(data));
  socket.on("error", (error: NodeJS.ErrnoException) => process.stdout.write(`${error.code ?? "error"}\n`));
  createInterface({ input: process.stdin }).on("line", (line) => socket.write(`${line}\n`));
}

/** How long one of many flows waits for its answer: a lost packet has time to be sent again, several times. */
const patience = 10_000;

interface Kept {
  send(): void;
  /** What it will be told next, by its server or by the kernel. */
  heard: (text: string) => void;
}

function keepTcp(address: string, port: number): Promise<Kept> {
  return new Promise((resolve) => {
    let failed: string | undefined;
    const kept: Kept = {
      send: () => (failed === undefined ? socket.write("?\n") : kept.heard(failed)),
      heard: () => {},
    };
    const socket = connect(port, address, () => resolve(kept));
    const fail = (code: string): void => {
      failed ??= code;
      kept.heard(failed);
      resolve(kept);
    };
    socket.on("data", (data) => kept.heard(data.toString().trim()));
    socket.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? "error"));
    socket.on("close", () => fail("closed"));
  });
}

function keepUdp(address: string, port: number): Promise<Kept> {
  return new Promise((resolve) => {
    const socket = createSocket("udp6");
    const kept: Kept = { send: () => socket.send("?"), heard: () => {} };
    socket.on("message", (data) => kept.heard(data.toString()));
    socket.on("error", (error: NodeJS.ErrnoException) => kept.heard(error.code ?? "error"));
    socket.bind(0, undefined, () => socket.connect(port, address, () => resolve(kept)));
  });
}

const askKept = (kept: Kept): Promise<string> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve("timeout"), patience);
    kept.heard = (text) => {
      clearTimeout(timer);
      resolve(text);
    };
    kept.send();
  });

async function keep(protocol: string, address: string, port: number, count: number): Promise<void> {
  const open = protocol === "udp" ? keepUdp : keepTcp;
  const all = await Promise.all(Array.from({ length: count }, () => open(address, port)));
  process.stdout.write("kept\n");
  for await (const _ of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await Promise.all(all.map(askKept)))}\n`);
}

function fetchBulk(address: string, port: number, octets: number): void {
  let count = 0;
  const socket = connect(port, address, () => socket.write(`bulk ${octets}\n`));
  socket.on("data", (data) => (count += data.length));
  socket.on("end", () => process.stdout.write(String(count)));
}

const [verb, first = "", ...rest] = process.argv.slice(2);
if (verb === "serve") serve(first, rest.map(Number));
if (verb === "hold") hold(first, Number(rest[0]));
if (verb === "keep") await keep(first, rest[0] ?? "", Number(rest[1]), Number(rest[2]));
if (verb === "fetch") fetchBulk(first, Number(rest[0]), Number(rest[1]));
if (verb === "ask") {
  const answers = await Promise.all((JSON.parse(first) as readonly Question[]).map(ask));
  process.stdout.write(JSON.stringify(answers));
  process.exit(0);
}
