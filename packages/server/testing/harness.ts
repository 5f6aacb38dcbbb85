/** A server on a store, called without sockets, and agents that do at once what they are told. */
import {
  createClient,
  parseManifests,
  toApplyObject,
  type ApplyRequest,
  type Client,
  type HttpRequest,
  type Transport,
} from "@netwright/api";
import { milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import type { Store } from "@netwright/contract";
import { memoryStore } from "@netwright/store";
import { AcmeFailure } from "../acme/failure.ts";
import type { AcmeTransport } from "../acme/transport.ts";
import type { Issue } from "../control/certificates.ts";
import type { DnsDependencies, UpdateRecord } from "../control/dns-sync.ts";
import { KeptProofs } from "../proof/kept-proofs.ts";
import type { Prover } from "../proof/prover.ts";
import type { SealingKeys } from "../secrets/key-file.ts";
import { startServer, type Server } from "../server.ts";

export const adminToken = "nw_admin_for_tests_0123456789abcdef";

export interface Harness {
  readonly server: Server;
  readonly store: Store;
  readonly admin: Client;
  /** A client with another token. */
  as(token: string): Client;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  readonly store?: Store;
  readonly update?: UpdateRecord;
  /** Every record is there when left out. */
  readonly holds?: DnsDependencies["holds"];
  readonly issue?: Issue;
  readonly heartbeat?: Milliseconds;
  /** Certificate authorities are out of reach when left out. */
  readonly acmeTransport?: AcmeTransport;
  readonly keys?: SealingKeys;
  /** Proves at once, in this thread, when left out. */
  readonly prover?: Prover;
}

function promptProver(): Prover {
  const proofs = new KeptProofs();
  return {
    report: async (question) => proofs.report(question),
    judge: async (question) => proofs.judge(question),
    stop: async () => {},
  };
}

export async function startHarness({
  store = memoryStore(),
  update,
  holds = async () => true,
  issue = fakeIssue,
  heartbeat = milliseconds(1000),
  acmeTransport = () => Promise.reject(new AcmeFailure("NW1621", "AuthorityUnreachable", "there is no network")),
  keys = [{ id: "00000000", key: new Uint8Array(32) }],
  prover = promptProver(),
}: HarnessOptions = {}): Promise<Harness> {
  const quiet = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (event: string, fields: unknown) => console.error(event, fields),
  };
  const server = await startServer({
    store,
    issue,
    acmeTransport: () => acmeTransport,
    adminToken,
    keys,
    prover,
    heartbeat,
    clock: systemClock,
    entropy: systemEntropy,
    log: quiet,
    caCertificate: "-----BEGIN CERTIFICATE-----\n",
    version: "0.0.0",
    drainTimeout: milliseconds(200),
    ...(update === undefined ? {} : { dns: { zone: "example.net", update, holds, checkInterval: milliseconds(50) } }),
  });
  const as = (token: string): Client => createClient({ transport: appTransport(server), token });
  const stop = async (): Promise<void> => {
    server.stop();
    await server.done;
  };
  return { server, store, as, admin: as(adminToken), stop };
}

const fakeIssue: Issue = async (hostname) => {
  const now = systemClock.now();
  return { pem: `certificate of ${hostname}\n`, notBefore: now, notAfter: (now + 90 * 86_400_000) as typeof now };
};

/** Calls the app itself. */
export function appTransport({ app }: Pick<Server, "app">): Transport {
  return async ({ method, path, headers, body, signal }: HttpRequest) => {
    const stream = typeof body === "object" ? ReadableStream.from(encoded(body)) : body;
    const init = {
      method,
      headers: { ...headers },
      ...(stream === undefined ? {} : { body: stream, duplex: "half" }),
      ...(signal === undefined ? {} : { signal }),
    };
    const response = await app.request(`http://server${path}`, init as RequestInit);
    return {
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      body: response.body ?? ReadableStream.from([]),
    };
  };
}

async function* encoded(parts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const part of parts) yield encoder.encode(part);
}

/** An apply of YAML documents. @throws NetwrightError for what is no manifest. */
export function applyOf(text: string, more: Omit<ApplyRequest, "objects"> = {}): ApplyRequest {
  const { objects, diagnostics } = parseManifests(text, "test.yaml");
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  return { objects: objects.map(toApplyObject), ...more };
}

/** Waits until the check gives something. @throws Error with the last failure after the deadline. */
export async function eventually<T>(check: () => Promise<T>, deadline = 60_000): Promise<T> {
  const end = Date.now() + deadline;
  for (;;) {
    try {
      return await check();
    } catch (failure) {
      if (Date.now() > end) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
