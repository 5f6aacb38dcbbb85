/**
 * Holds many TCP connections open, and says something on each of them now and then. Every line is answered, or the
 * connection is lost. Opens them at a fixed rate. Writes one line of JSON a quarter of a second: how many were opened, are
 * held, were answered, and how each lost one ended. Arguments: address, port, connections, openings a second,
 * milliseconds between two lines of one connection.
 */
import { connect } from "node:net";
import type { HeldCounts } from "../support/held.ts";

const [address = "", port = "", wanted = "", rate = "", every = ""] = process.argv.slice(2);
/** A line that nobody answers for so long is lost, and the connection with it. */
const patience = 20_000;

const counts: { -readonly [K in keyof HeldCounts]: HeldCounts[K] } = { opened: 0, held: 0, answered: 0, lost: {} };

function hold(): void {
  const socket = connect({ host: address, port: Number(port) });
  let waiting: NodeJS.Timeout | undefined;
  let reason: string | undefined;
  const lose = (why: string): void => void (reason ??= why);
  const say = (): void => {
    socket.write("x");
    waiting = setTimeout(() => {
      lose("silence");
      socket.destroy();
    }, patience);
  };
  socket.on("connect", () => {
    counts.held += 1;
    say();
  });
  socket.on("data", () => {
    if (waiting !== undefined) counts.answered += 1;
    clearTimeout(waiting);
    waiting = undefined;
    // Spread over the whole span, or all would speak at once for ever.
    setTimeout(() => socket.writable && say(), Number(every) * (0.5 + Math.random()));
  });
  socket.on("error", (error) => lose((error as NodeJS.ErrnoException).code ?? error.message));
  socket.on("end", () => lose("closed"));
  socket.on("close", () => {
    clearTimeout(waiting);
    if (waiting !== undefined || reason !== undefined || !socket.connecting) counts.held -= 1;
    const why = reason ?? "closed";
    counts.lost[why] = (counts.lost[why] ?? 0) + 1;
  });
}

const begin = performance.now();
const opening = setInterval(() => {
  const due = Math.min(Number(wanted), ((performance.now() - begin) * Number(rate)) / 1000);
  for (; counts.opened < due; counts.opened += 1) hold();
  if (counts.opened >= Number(wanted)) clearInterval(opening);
}, 5);
setInterval(() => process.stdout.write(`${JSON.stringify(counts)}\n`), 250);
process.on("SIGTERM", () => process.exit(0));
