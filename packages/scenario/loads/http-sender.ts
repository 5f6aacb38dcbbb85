/** Sends requests of HTTP and tells what became of each. */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as requestHttp, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { GeneratorOrder } from "./generator-line.ts";
import { lookupAt } from "./lookup-at.ts";

/** What nodes of a lab trust: Node's own list does not have their certificate authority. */
const trusted = "/etc/ssl/certs/ca-certificates.crt";

export interface HttpSender {
  /** Calls back once, with the page if pages are asked for. @param fresh on a connection of its own */
  send(fresh: boolean, ended: (failure: string | undefined, page: string) => void): void;
  close(): void;
}

export function httpSender({ url, insecure, timeout, pages = false, nameServer }: GeneratorOrder): HttpSender {
  const secure = url.startsWith("https:");
  const tls = !secure ? {} : insecure ? { rejectUnauthorized: false } : { ca: readFileSync(trusted) };
  const kept = secure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
  const request = secure ? requestHttps : requestHttp;
  const names = nameServer === undefined ? {} : { lookup: lookupAt(nameServer) };
  return {
    send: (fresh, ended) => {
      const asking: ClientRequest = request(url, { agent: fresh ? false : kept, ...names, ...tls }, (response) => {
        const { statusCode = 0 } = response;
        if (pages) response.on("data", (chunk) => (page += String(chunk)));
        else response.resume();
        response.on("end", () => end(statusCode < 400 ? undefined : `status ${statusCode}`));
        response.on("error", (error) => end(`the answer broke off: ${messageOf(error)}`));
      });
      const timer = setTimeout(() => {
        end(`no answer in ${timeout} ms`);
        asking.destroy();
      }, timeout);
      let page = "";
      let over = false;
      const end = (failure: string | undefined): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        ended(failure, page);
      };
      asking.on("error", (error) => end(messageOf(error)));
      asking.end();
    },
    close: () => kept.destroy(),
  };
}

/** Of several addresses that failed, each has its reason. */
function messageOf(error: Error): string {
  const errors =
    error instanceof AggregateError ? error.errors.map((each) => (each as Error).message) : [error.message];
  return errors.join(", ") || ((error as NodeJS.ErrnoException).code ?? "no reason given");
}
