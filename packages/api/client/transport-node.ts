/** The real network: HTTP over a unix socket, or HTTPS with a CA of one's own. */
import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { NetwrightError } from "@netwright/base";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { unreachable, type Target } from "./unreachable.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

/** Until a connection must stand; answers may take as long as they need. */
const connectTimeoutMs = 10_000;
/** Of silence, before the first keep-alive probe of TCP. */
const keepAliveMs = 10_000;

export interface TransportOptions {
  /** Keeps TLS connections for later calls: for programs that call every few seconds. */
  readonly keepAlive?: boolean;
}

/** @throws NW1001 for a target that is neither a socket nor an https URL. */
export function nodeTransport(target: Target, { keepAlive = false }: TransportOptions = {}): Transport {
  const base = baseOptions(target);
  const open = target.kind === "Socket" ? httpRequest : httpsRequest;
  const kept = keepAlive && target.kind === "Https" ? new HttpsAgent({ keepAlive }) : false;
  const send = async (request: HttpRequest, agent: RequestOptions["agent"]): Promise<HttpResponse> => {
    const { method, path, signal } = request;
    const options = {
      ...base,
      agent,
      method,
      path,
      // As an option it counts while connecting; `setTimeout` of a request begins when it is connected.
      timeout: connectTimeoutMs,
      headers: headersOf(request),
      ...(signal === undefined ? {} : { signal }),
    };
    const outgoing = open(options);
    try {
      return await exchange(outgoing, request, target);
    } catch (error) {
      signal?.throwIfAborted();
      // The server may close a kept connection just as a call is written to it.
      if (outgoing.reusedSocket && mayRepeat(request)) return send(request, false);
      throw unreachable(error, target);
    }
  };
  return (request) => send(request, kept);
}

const mayRepeat = ({ method, body }: HttpRequest): boolean => method !== "POST" && typeof body !== "object";

function baseOptions(target: Target): RequestOptions & { readonly ca?: string } {
  if (target.kind === "Socket") return { socketPath: target.path };
  const url = URL.canParse(target.url) ? new URL(target.url) : undefined;
  if (url?.protocol !== "https:" || url.pathname !== "/" || url.search !== "") {
    throw new NetwrightError("NW1001", `${JSON.stringify(target.url)} is not the URL of a server`, {
      hint: "for example https://[fd00:0:0:3::1]:7443",
    });
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  return {
    hostname,
    port: url.port === "" ? 443 : Number(url.port),
    ...(target.ca === undefined ? {} : { ca: target.ca }),
  };
}

/** A body that is known whole is sent with its length: `content-length` spares the server a surprise. */
function headersOf({ headers, body }: HttpRequest): Record<string, string> {
  return typeof body === "string" ? { ...headers, "content-length": String(Buffer.byteLength(body)) } : { ...headers };
}

async function exchange(outgoing: ClientRequest, { body, signal }: HttpRequest, target: Target): Promise<HttpResponse> {
  const answered = Promise.withResolvers<IncomingMessage>();
  outgoing.once("response", answered.resolve);
  outgoing.on("error", answered.reject);
  guard(outgoing, target);
  if (typeof body === "object") {
    // The answer may come before the body is over; the body's own failure then ends both.
    pipeline(Readable.from(body), outgoing).catch((error: unknown) => answered.reject(error));
  } else outgoing.end(body);
  const incoming = await answered.promise;
  return {
    status: incoming.statusCode ?? 0,
    contentType: incoming.headers["content-type"] ?? "",
    body: received(incoming, signal, target),
  };
}

/** A server that is gone is noticed: at once while connecting, by keep-alive probes while a stream is silent. */
function guard(outgoing: ClientRequest, target: Target): void {
  let connected = false;
  outgoing.once("socket", (socket) => {
    connected = outgoing.reusedSocket;
    // A kept socket does not connect again: what waits for it would stay for ever.
    if (!connected) socket.once(target.kind === "Socket" ? "connect" : "secureConnect", () => (connected = true));
  });
  outgoing.on("timeout", () => {
    if (!connected) outgoing.destroy(Object.assign(new Error("connecting timed out"), { code: "ETIMEDOUT" }));
  });
  outgoing.setSocketKeepAlive(true, keepAliveMs);
}

async function* received(
  incoming: IncomingMessage,
  signal: AbortSignal | undefined,
  target: Target,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array;
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(error, target);
  }
}
