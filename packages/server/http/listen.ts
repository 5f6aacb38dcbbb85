/** The two ways in: a unix socket of the owner's, and TLS on the management network. */
import { chmodSync, rmSync } from "node:fs";
import { createConnection, type AddressInfo } from "node:net";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { messageOf, NetwrightError } from "@netwright/base";

export type Fetch = (request: Request) => Response | Promise<Response>;

export interface Listening {
  /** Takes no new connection, waits until open calls are answered, then closes what is idle. */
  stop(): Promise<void>;
}

/**
 * Listens on a unix socket with mode 0600. A socket file that nobody answers on is replaced.
 * @throws NW1606 when another program answers there.
 */
export async function listenUnix(fetch: Fetch, path: string): Promise<Listening> {
  if (await answers(path)) throw new NetwrightError("NW1606", `another program listens on ${path}`);
  rmSync(path, { force: true });
  const server = createAdaptorServer({ fetch }) as Server;
  // The socket must never be open to others, not even between bind and chmod.
  const mask = process.umask(0o177);
  try {
    await listening(server, () => server.listen(path), path);
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  return { stop: () => stop(server) };
}

export interface TlsAddress {
  readonly host: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
}

export interface Identity {
  /** Certificate chain and private key, PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** How often the server's own certificate is issued anew, long before it ends. */
const renewal = 24 * 60 * 60 * 1000;

/** Listens with TLS 1.2 or newer. @param renew gives the next certificate, which open connections do not notice. */
export async function listenTls(
  fetch: Fetch,
  address: TlsAddress,
  identity: Identity,
  renew: () => Promise<Identity>,
): Promise<Listening & { readonly port: number }> {
  const server = createAdaptorServer({
    fetch,
    createServer: createHttpsServer,
    serverOptions: { cert: identity.certificate, key: identity.key, minVersion: "TLSv1.2" },
  }) as HttpsServer;
  await listening(server, () => server.listen(address.port, address.host), `[${address.host}]:${address.port}`);
  const timer = setInterval(() => {
    // When issuing fails the old one stays, and the next turn tries again.
    renew().then(
      ({ certificate, key }) => server.setSecureContext({ cert: certificate, key, minVersion: "TLSv1.2" }),
      () => {},
    );
  }, renewal);
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await stop(server);
  };
  return { port: (server.address() as AddressInfo).port, stop: close };
}

async function listening(server: Server | HttpsServer, listen: () => void, where: string): Promise<void> {
  // Streams last as long as their client wants; only a call that never comes is cut.
  server.requestTimeout = 0;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = 30_000;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (cause) =>
    reject(new NetwrightError("NW1602", `cannot listen on ${where}: ${messageOf(cause)}`, { cause })),
  );
  server.once("listening", resolve);
  listen();
  await promise;
}

async function stop(server: Server | HttpsServer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const forced = setTimeout(() => server.closeAllConnections(), 5000);
  await promise;
  clearTimeout(forced);
}

async function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection(path);
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  const answer = await promise;
  socket.destroy();
  return answer;
}
