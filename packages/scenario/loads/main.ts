/**
 * The HTTP generator (program): `load ORDER`, at a node. Open loop: a request every 1/rate seconds, whatever became of the
 * others, so that a service that stands still is seen to fail and not to be asked less. It says `ready MS`, then a line for
 * each request that has ended, and `settled MS`: all that was due before has; SIGTERM ends the sending, and it ends when everything that was sent has.
 */
import { isFresh, printReady, printResult, printSettled, type GeneratorOrder } from "./generator-line.ts";
import { httpSender } from "./http-sender.ts";

/** How often results are told, in milliseconds. */
const tellEvery = 25;

const order = JSON.parse(process.argv[2] ?? "{}") as GeneratorOrder;
const sender = httpSender(order);
const begun = performance.now();
const since = (): number => performance.now() - begun;
const dueAt = (index: number): number => (index * 1000) / order.rate;
let output = printReady(Number(process.hrtime.bigint()) / 1e6);
let sent = 0;
/** When each was due, by number: in that order. */
const open = new Map<number, number>();
let ending = false;

function send(): void {
  const number = sent++;
  const at = dueAt(number);
  const fresh = isFresh(number, order.fresh);
  open.set(number, at);
  sender.send(fresh, (failure, text) => {
    open.delete(number);
    output += printResult({
      at,
      took: since() - at,
      ...(failure === undefined ? {} : { failure }),
      ...(order.pages === true ? { page: { isFresh: fresh, text } } : {}),
    });
  });
}

function tick(): void {
  if (order.for > 0 && since() >= order.for) ending = true;
  if (ending) return;
  while (dueAt(sent) <= since()) send();
  setTimeout(tick, Math.max(0, dueAt(sent) - since()));
}

function tell(): void {
  // A late timer has some that are due and not sent.
  const [oldest = ending ? since() : Math.min(since(), dueAt(sent))] = open.values();
  process.stdout.write(output + printSettled(oldest));
  output = "";
  if (!ending || open.size > 0) return;
  clearInterval(telling);
  sender.close();
  process.stdout.end(() => process.exit(0));
}

process.on("SIGTERM", () => void (ending = true));
const telling = setInterval(tell, tellEvery);
tell();
tick();
