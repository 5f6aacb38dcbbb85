/** HTTPS to an authority: small answers, no redirects, an end after a while. Injected, so that tests need no network. */
import { Agent, request } from "node:https";
import { getCACertificates } from "node:tls";
import { messageOf } from "@netwright/base";
import { productVersion } from "@netwright/base/version.ts";
import { AcmeFailure } from "./failure.ts";

export interface AcmeRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  /** A signed message (RFC 8555 section 6.2). */
  readonly body?: string;
}

export interface AcmeResponse {
  readonly status: number;
  /** By name in lower case; of several with one name the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** @throws AcmeFailure when there is no whole answer in time. */
export type AcmeTransport = (request: AcmeRequest, signal: AbortSignal) => Promise<AcmeResponse>;

const patience = 30_000;
const largest = 1 << 20;

/** @param caBundle PEM; the system's authorities when left out. */
export function httpsTransport(caBundle: string | undefined): AcmeTransport {
  const ca = caBundle === undefined ? [...getCACertificates("default"), ...getCACertificates("system")] : [caBundle];
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca });
  return (wanted, signal) => exchange(agent, wanted, AbortSignal.any([signal, AbortSignal.timeout(patience)]));
}

function exchange(agent: Agent, { method, url, body }: AcmeRequest, signal: AbortSignal): Promise<AcmeResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<AcmeResponse>();
  const fail = (cause: unknown): void => {
    const why = signal.aborted ? "it does not answer in time" : messageOf(cause);
    reject(
      new AcmeFailure("NW1621", "AuthorityUnreachable", `${new URL(url).host} cannot be asked: ${why}`, { cause }),
    );
  };
  if (!url.startsWith("https://")) return Promise.reject(noHttps(url));
  const headers = {
    "user-agent": `netwright/${productVersion}`,
    ...(body === undefined
      ? {}
      : { "content-type": "application/jose+json", "content-length": Buffer.byteLength(body) }),
  };
  const outgoing = request(url, { agent, method, headers, signal }, (incoming) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > largest) outgoing.destroy(new RangeError("its answer is too large"));
    });
    incoming.on("error", fail);
    incoming.on("end", () =>
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString("utf8"),
      }),
    );
  });
  outgoing.on("error", fail);
  outgoing.end(body);
  return promise;
}

const noHttps = (url: string): AcmeFailure =>
  new AcmeFailure("NW1621", "AuthorityFailed", `${JSON.stringify(url.slice(0, 100))} is not an https URL`);
