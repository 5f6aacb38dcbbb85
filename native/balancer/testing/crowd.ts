/**
 * Many clients in one program: each line of input is carried out, and answered by one line of JSON.
 *   tcp N | udp N   that many more, to ADDRESS and PORT of the command line; answered when all have been answered
 *   say N           each sends a line of N octets (datagrams: of one) and waits for what comes back, or for what became of it
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { createInterface } from "node:readline";

type Client = (octets: number) => Promise<string>;
const [address = "", port = ""] = process.argv.slice(2);
const clients: Client[] = [];
/** Longer than any answer takes, on however busy a machine. */
const patience = 20_000;

const late = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, patience, "timeout").unref());

function tcpClient(): Client {
  let done: (text: string) => void = () => {};
  let ended: string | undefined;
  const socket = connect(Number(port), address);
  const end = (why: string): void => done((ended ??= why));
  socket.on("data", (data) => done(data.toString().trim()));
  socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? "error"));
  socket.on("close", () => end("closed"));
  return (octets) => {
    if (ended !== undefined) return Promise.resolve(ended);
    const answer = new Promise<string>((resolve) => (done = resolve));
    socket.write(`${"?".repeat(octets)}\n`);
    return Promise.race([answer, late()]);
  };
}

/** A datagram may be lost: asked again every second. */
function udpClient(): Client {
  let done: (text: string) => void = () => {};
  const socket = createSocket("udp6").on("message", (data) => done(data.toString()));
  socket.bind(0);
  return () => {
    const send = (): void => socket.send("?", Number(port), address);
    const again = setInterval(send, 1000);
    const answer = new Promise<string>((resolve) => (done = resolve));
    send();
    return Promise.race([answer, late()]).finally(() => clearInterval(again));
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, count = "0"] = line.split(" ");
  const make = verb === "tcp" ? tcpClient : udpClient;
  const asked = verb === "say" ? clients : Array.from({ length: Number(count) }, make);
  if (verb !== "say") clients.push(...asked);
  process.stdout.write(
    `${JSON.stringify(await Promise.all(asked.map((client) => client(verb === "say" ? Number(count) : 1))))}\n`,
  );
}
process.exit(0);
