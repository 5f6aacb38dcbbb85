/**
 * Asks a page at a fixed rate, whatever the answers do (open loop), from inside a client's node. Every second request
 * has a connection of its own; the others use kept ones. The name is asked of the zone's own server, so that no
 * resolver remembers that it was not there. Writes one line of JSON per request: see `Answer` in support/load.ts.
 * Arguments: URL, name server, requests per second, milliseconds until a request counts as failed.
 */
import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { monotonic } from "../support/shell.ts";

const [url = "", server = "", rate = "", limit = ""] = process.argv.slice(2);
const { hostname } = new URL(url);
const ca = readFileSync("/etc/ssl/certs/ca-certificates.crt");
const resolver = new Resolver({ timeout: 200, tries: 1 });
resolver.setServers([`[${server}]`]);
const kept = new Agent({ keepAlive: true, maxSockets: 8, ca });

let address: string | undefined;

async function resolve(): Promise<string> {
  return (address ??= (await resolver.resolve6(hostname))[0]) ?? "";
}

function ask(to: string, isNew: boolean): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((done, failed) => {
    const agent = isNew ? new Agent({ keepAlive: false, maxCachedSessions: 0, ca }) : kept;
    const asked = request(
      { host: to, servername: hostname, path: "/", headers: { host: hostname }, agent },
      (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += String(chunk)));
        answer.on("end", () => done({ status: answer.statusCode ?? 0, text }));
        answer.on("error", failed);
      },
    );
    // A timer of our own: a socket's begins when it is connected, and being connected is what may take for ever.
    const timer = setTimeout(() => asked.destroy(new Error("ETIMEDOUT")), Number(limit));
    asked.on("close", () => clearTimeout(timer)).on("error", failed);
    asked.end();
  });
}

async function one(due: number, isNew: boolean): Promise<void> {
  let result: { readonly status: number; readonly text: string };
  try {
    result = await ask(await resolve(), isNew);
  } catch (error) {
    result = { status: 0, text: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
  }
  const done = monotonic();
  process.stdout.write(`${JSON.stringify({ due, done, isNew, ...result })}\n`);
}

const begin = monotonic();
let count = 0;

/** Late timers catch up: a request is due at its time, and its wait counts from there. */
setInterval(() => {
  const due = begin + (count * 1000) / Number(rate);
  for (let next = due; next <= monotonic(); next = begin + (count * 1000) / Number(rate))
    void one(next, count++ % 2 === 0);
}, 2);

process.on("SIGTERM", () => process.exit(0));
