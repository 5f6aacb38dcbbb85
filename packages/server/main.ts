/** The program `netwright server serve`. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { renderDiagnostic } from "@netwright/api/load/render-diagnostic.ts";
import {
  exitCodes,
  isNetwrightError,
  jsonLog,
  logFrom,
  messageOf,
  NetwrightError,
  RecentLines,
  type Log,
} from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import { productVersion } from "@netwright/base/version.ts";
import {
  createChallengeRecords,
  createDnsUpdater,
  recordReader,
  recordWriter,
} from "@netwright/drivers/dns-rfc2136/index.ts";
import { openSqliteStore } from "@netwright/store";
import { nodeFiles, nodeRunner } from "@netwright/system";
import { httpsTransport } from "./acme/transport.ts";
import { readAdminToken } from "./auth/admin-token.ts";
import { issuerOf, loadAuthorityFile, serverIdentity } from "./authority-file.ts";
import { logged } from "./http/logged.ts";
import { listenTls, listenUnix, type Fetch, type Listening } from "./http/listen.ts";
import { parseRotateOptions, parseServeOptions, serverUsage, type ServeOptions } from "./options.ts";
import { keyFileName, loadKeys } from "./secrets/key-file.ts";
import { WorkerProver } from "./proof/worker-prover.ts";
import { rotateKey } from "./secrets/rotate-key.ts";
import { startServer, type ServerOptions } from "./server.ts";
import { parseTsigKey } from "./tsig-key.ts";

export { serverUsage };

/** Seconds that resolvers may keep a record: how long clients may use an address that moved. */
const dnsTtl = 30;

/** @returns the exit status. */
export async function serverMain(argv: readonly string[]): Promise<number> {
  const recent = new RecentLines();
  const log = jsonLog(systemClock, (line) => {
    recent.add(line);
    process.stderr.write(line);
  });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  try {
    if (argv[0] === "rotate-key") await rotate(parseRotateOptions(argv.slice(1)));
    else await serve(parseServeOptions(argv), log, recent, stop);
    return 0;
  } catch (error) {
    if (isNetwrightError(error) && error.category === "usage") {
      process.stderr.write(`${error.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join("\n")}\n`);
      return exitCodes.usage;
    }
    log.error("Failed", {
      message: messageOf(error),
      ...(isNetwrightError(error)
        ? { code: error.code, hint: error.diagnostics[0]?.hint }
        : { stack: (error as Error).stack }),
    });
    return isNetwrightError(error) ? exitCodes[error.category] : 1;
  }
}

async function serve(options: ServeOptions, all: Log, recent: RecentLines, stop: AbortController): Promise<void> {
  const log = logFrom(options.logLevel, all);
  await mkdir(options.state, { recursive: true, mode: 0o700 });
  await chmod(options.state, 0o700);
  const store = openSqliteStore(join(options.state, "store.db"));
  const prover = new WorkerProver();
  try {
    const authority = await loadAuthorityFile(
      nodeFiles,
      join(options.state, "authority.pem"),
      systemEntropy,
      systemClock,
    );
    const server = await startServer({
      store,
      prover,
      log,
      version: productVersion,
      clock: systemClock,
      entropy: systemEntropy,
      keys: await loadKeys(nodeFiles, join(options.state, keyFileName), systemEntropy, store),
      adminToken: await readAdminToken(nodeFiles, options.adminTokenFile, systemEntropy),
      issue: issuerOf(authority, systemClock),
      acmeTransport: httpsTransport,
      caCertificate: authority.pem.certificate,
      recentLog: () => recent.text(),
      measurements: options.measurements,
      ...(await dnsOf(options)),
    });
    const fetch: Fetch = (request) => server.app.fetch(request);
    const listening = await listenAll(
      options,
      options.logLevel === "debug" ? logged(fetch, systemClock, log) : fetch,
      async () => serverIdentity(authority, options.listen?.host ?? "::"),
      log,
    );
    log.info("Started", { version: productVersion, pid: process.pid, revision: store.revision() });
    // A controller that ends by itself has failed: then the program must end, and be started again.
    await Promise.race([aborted(stop.signal), server.done]);
    server.stop();
    await Promise.all(listening.map((each) => each.stop()));
    await server.done;
    log.info("Stopped");
  } finally {
    await prover.stop();
    await store.close();
  }
}

async function rotate(state: string): Promise<void> {
  const store = openSqliteStore(join(state, "store.db"));
  try {
    const { id, count } = await rotateKey(nodeFiles, join(state, keyFileName), systemEntropy, store);
    process.stdout.write(`${count} ${count === 1 ? "value is" : "values are"} encrypted with the new key ${id}\n`);
  } finally {
    await store.close();
  }
}

async function listenAll(
  options: ServeOptions,
  fetch: Fetch,
  identity: () => ReturnType<typeof serverIdentity>,
  log: Log,
): Promise<readonly Listening[]> {
  const listening: Listening[] = [];
  if (options.listen !== undefined) {
    const tls = await listenTls(fetch, options.listen, await identity(), identity);
    log.info("Listening", { address: options.listen.host, port: tls.port, tls: true });
    listening.push(tls);
  }
  if (options.unix !== undefined) {
    listening.push(await listenUnix(fetch, options.unix));
    log.info("Listening", { socket: options.unix });
  }
  return listening;
}

async function dnsOf({ dns }: ServeOptions): Promise<Pick<ServerOptions, "dns">> {
  if (dns === undefined) return {};
  const { server, zone, keyFile } = dns;
  const text = await nodeFiles.read(keyFile);
  if (text === undefined) throw new NetwrightError("NW1107", `${keyFile} cannot be read`);
  const to = { runner: nodeRunner, server, port: 53, zone, key: parseTsigKey(text, keyFile) };
  const updater = createDnsUpdater(to);
  const challengeRecords = createChallengeRecords({ ...to, clock: systemClock });
  return { dns: { zone, update: recordWriter(updater, dnsTtl), holds: recordReader(updater), challengeRecords } };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true }),
  );

if (import.meta.main) process.exitCode = await serverMain(process.argv.slice(2));
