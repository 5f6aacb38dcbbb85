/**
 * Open-loop load: a request every 1/RATE seconds, whether or not the last one has been answered, in turn on a new
 * connection and on a kept one. `load-generator.ts URL RATE`; one JSON line every 50 ms, the last one when SIGTERM came and
 * everything that was started has ended. Each failure has the time at which its request began.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

const [url = "", rate = "20"] = process.argv.slice(2);
const ca = readFileSync("/etc/ssl/certs/ca-certificates.crt");
const kept = new Agent({ keepAlive: true, maxSockets: 4, ca });
const counts = { started: 0, done: 0, failures: [] as object[] };
const answeredBy: Record<string, number> = {};
let open = 0;

function send(agent: Agent | false): void {
  const at = Date.now();
  counts.started += 1;
  open += 1;
  let over = false;
  const end = (error?: string): void => {
    if (over) return;
    over = true;
    open -= 1;
    if (error === undefined) counts.done += 1;
    else counts.failures.push({ at, connection: agent === kept ? "kept" : "new", error });
  };
  const sent = request(url, { agent, ca, timeout: 5000 }, (response) => {
    let text = "";
    response.on("data", (chunk) => (text += chunk));
    response.on("aborted", () => end("the answer broke off"));
    response.on("end", () => {
      const by = /This is (\S+),/.exec(text)?.[1] ?? "nobody";
      answeredBy[by] = (answeredBy[by] ?? 0) + 1;
      end(response.statusCode === 200 ? undefined : `status ${response.statusCode}`);
    });
  });
  sent.on("timeout", () => sent.destroy(new Error("no answer in 5 s")));
  sent.on("error", (error) => end((error as NodeJS.ErrnoException).code ?? error.message));
  sent.end();
}

const tell = (ended: boolean): void => console.log(JSON.stringify({ ...counts, answeredBy, ended }));
let turn = 0;
const sending = setInterval(() => send((turn += 1) % 2 === 0 ? kept : false), 1000 / Number(rate));
const telling = setInterval(() => tell(false), 50);
process.on("SIGTERM", () => {
  clearInterval(sending);
  setInterval(() => {
    if (open > 0) return;
    clearInterval(telling);
    tell(true);
    process.exit(0);
  }, 20);
});
