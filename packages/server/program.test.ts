/** The program itself: real sockets, real files, kill -9. */
import { X509Certificate } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClient, nodeTransport, type Client, type ServiceStatus } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually } from "./testing/harness.ts";
import { fabricManifests, nodes, shop } from "./testing/manifests.ts";
import { collect, present } from "./testing/present.ts";

let directory: string;
let running: Program[];
let agents: FakeAgent[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "netwright-server-"));
  [running, agents] = [[], []];
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await Promise.all(running.map((program) => program.end("SIGKILL")));
  rmSync(directory, { recursive: true });
});

interface Program {
  readonly child: ChildProcess;
  readonly log: Record<string, unknown>[];
  readonly port: number;
  /** Sends the signal and waits for the end. @returns the exit status, null when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const paths = () => ({
  socket: join(directory, "sock"),
  token: join(directory, "token"),
  state: join(directory, "state"),
});

async function start(...more: readonly string[]): Promise<Program> {
  const { socket, token, state } = paths();
  const flags = [
    "serve",
    "--unix",
    socket,
    "--listen",
    "[::1]:0",
    "--state",
    state,
    "--admin-token-file",
    token,
    ...more,
  ];
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...flags], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  const log: Record<string, unknown>[] = [];
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const started = new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on("line", (line) => {
      // A command line that is wrong is answered in words, everything else in JSON.
      log.push(line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : { words: line });
      if (log.at(-1)?.["event"] === "Started") resolve();
    });
    void ended.then((status) => reject(new Error(`ended with ${status}: ${JSON.stringify(log)}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null) child.kill(signal);
    return ended;
  };
  const program = {
    child,
    log,
    end,
    get port() {
      return Number(log.find((line) => line["tls"] === true)?.["port"]);
    },
  };
  running.push(program);
  await started;
  return program;
}

const adminOver = (): Client =>
  createClient({
    transport: nodeTransport({ kind: "Socket", path: paths().socket }),
    token: readFileSync(paths().token, "utf8").trim(),
  });

test("serves on a socket of the owner's and with TLS, keeps secrets to itself, stops gracefully", async () => {
  const program = await start();
  const { socket, token, state } = paths();
  for (const file of [socket, token, join(state, "store.db"), join(state, "authority.pem")])
    expect(statSync(file).mode & 0o777, file).toBe(0o600);
  expect(statSync(state).mode & 0o777).toBe(0o700);
  const admin = adminOver();
  const ca = await admin.ca();
  const https = createClient({
    transport: nodeTransport({ kind: "Https", url: `https://[::1]:${program.port}`, ca }),
    token: readFileSync(token, "utf8").trim(),
  });
  expect((await https.list("Host")).items).toEqual([]);
  const unsigned = createClient({
    transport: nodeTransport({ kind: "Https", url: `https://[::1]:${program.port}` }),
    token: "x",
  });
  await expect(unsigned.list("Host")).rejects.toMatchObject({ code: "NW1505" });
  await expect(
    createClient({ transport: nodeTransport({ kind: "Socket", path: socket }) }).list("Host"),
  ).rejects.toMatchObject({ code: "NW1503" });
  const { revision } = await admin.list("Host");
  const watching = collect(admin.watch("Host", { since: revision }));
  expect(await program.end("SIGTERM")).toBe(0);
  await watching.catch(() => {});
  expect(program.log.at(-1)).toMatchObject({
    level: "info",
    event: "Stopped",
    time: expect.stringMatching(/^\d{4}-/),
  });
  expect(JSON.stringify(program.log)).not.toContain(readFileSync(token, "utf8").trim());
});

test("a client that goes away leaves no stream behind, a new connection of an agent replaces the old", async () => {
  await start();
  const admin = adminOver();
  await admin.apply(applyOf(fabricManifests));
  const streams = async (): Promise<number> => {
    const authorization = `Bearer ${readFileSync(paths().token, "utf8").trim()}`;
    const answer = await nodeTransport({ kind: "Socket", path: paths().socket })({
      method: "GET",
      path: "/metrics",
      headers: { authorization },
    });
    const text = Buffer.concat(await collect(answer.body)).toString();
    return Number(/^netwright_server_open_streams (\d+)$/m.exec(text)?.[1]);
  };
  const stop = new AbortController();
  const watches = [
    collect(admin.watch("Host", { since: (await admin.list("Host")).revision, signal: stop.signal })),
    collect(admin.watchEvents({ signal: stop.signal })),
    collect(admin.nodes.watchState("host1", 0, stop.signal)),
    collect(admin.nodes.requests("host2", stop.signal)),
  ];
  await eventually(async () => expect(await streams()).toBe(4));
  const replacing = collect(admin.nodes.requests("host2", stop.signal));
  await watches[3];
  expect(await streams()).toBe(4);
  stop.abort();
  await Promise.all([...watches, replacing]);
  await eventually(async () => expect(await streams()).toBe(0));
});

test("TLS 1.1 is not spoken", async () => {
  const program = await start();
  const failure = await new Promise<NodeJS.ErrnoException>((resolve, reject) => {
    const options = {
      host: "::1",
      port: program.port,
      path: "/livez",
      rejectUnauthorized: false,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
    } as const;
    httpsRequest(options, () => reject(new Error("connected")))
      .on("error", resolve)
      .end();
  });
  expect(failure.code).toMatch(/PROTOCOL|SSL/);
});

test("kill -9 loses nothing that was acknowledged, and no node gets another revision for the same state", async () => {
  let program = await start();
  const admin = adminOver();
  await admin.apply(applyOf(fabricManifests));
  const secrets = new Map<string, string>();
  for (const node of nodes) secrets.set(node, (await admin.createToken({ name: node, role: "Node", node })).secret);
  const transport = nodeTransport({ kind: "Socket", path: paths().socket });
  const connect = (): void => {
    agents = nodes.map((node) => startFakeAgent(createClient({ transport, token: present(secrets.get(node)) }), node));
  };
  const ready = (): Promise<void> =>
    eventually(async () => {
      const { conditions } = (await admin.get({ kind: "Service", name: "shop" })).status as unknown as ServiceStatus;
      expect(conditions.find(({ type }) => type === "Ready")?.status).toBe("True");
    });
  connect();
  await admin.apply(applyOf(shop(2)));
  await ready();
  const snapshot = async () => ({
    states: await Promise.all(nodes.map((node) => admin.nodes.state<HostState>(node))),
    objects: (await admin.list("Service")).items.map(({ metadata, spec }) => ({ metadata, spec })),
    changes: await admin.changes(),
    tokens: await admin.tokens(),
    ca: await admin.ca(),
  });
  await eventually(async () => {
    const [first, second] = [await snapshot(), await snapshot()];
    expect(first).toEqual(second);
    expect(agents.map(({ states }) => states.at(-1)?.revision)).toEqual(first.states.map(({ revision }) => revision));
  });
  const before = await snapshot();
  const proxy = before.states
    .flatMap(({ state }) => state.networks.flatMap(({ workloads }) => workloads))
    .find(({ run }) => run.kind === "Proxy");
  const [certificate] = proxy?.run.kind === "Proxy" ? proxy.run.certificates : [];
  const values = agents.flatMap(({ states }) => states.at(-1)?.state.secrets ?? []);
  const value = values.find(({ digest }) => digest === present(certificate).digest)?.value;
  const leaf = new X509Certificate(Buffer.from(value ?? "", "base64"));
  expect([leaf.checkHost("shop.example.net"), leaf.verify(new X509Certificate(before.ca).publicKey)]).toEqual([
    "shop.example.net",
    true,
  ]);
  for (const agent of agents) agent.stop();
  await program.end("SIGKILL");

  program = await start();
  // Nobody has reported yet: even so everything is as it was, certificates and members included.
  expect(await snapshot()).toEqual(before);
  connect();
  await ready();
  expect(await snapshot()).toEqual(before);
  expect(program.log.filter(({ event, level }) => event === "RoundFailed" || level === "error")).toEqual([]);
});

test("killed in the middle of many applies, it has all that it acknowledged, whole", async () => {
  let program = await start();
  await adminOver().apply(applyOf(fabricManifests));
  const acknowledged: string[] = [];
  const admin = adminOver();
  const applies = Array.from({ length: 30 }, (_, index) => `s${index}`).map(async (name) => {
    const { change } = await admin.apply(applyOf(shop().replaceAll("shop", name)));
    acknowledged.push(`${present(change).id} service/${name}`);
    if (acknowledged.length === 7) program.child.kill("SIGKILL");
  });
  await Promise.allSettled(applies);
  await program.end("SIGKILL");
  program = await start();
  const again = adminOver();
  const changes = await again.changes();
  const services = (await again.list("Service")).items.map(({ metadata }) => `service/${metadata.name}`);
  const applied = changes.slice(0, -1).map(({ id, objects }) => `${id} ${present(objects[0]).object}`);
  expect(applied).toEqual(expect.arrayContaining(acknowledged));
  expect(applied.map((text) => text.split(" ")[1] ?? "").toSorted()).toEqual(services.toSorted());
  expect(acknowledged.length).toBeGreaterThanOrEqual(7);
});

test("a second server on the same state, a damaged store and bad flags are refused with their codes", async () => {
  const program = await start();
  await expect(start("--unix", join(directory, "other"))).rejects.toThrow(/NW1510/);
  await program.end("SIGTERM");
  writeFileSync(join(paths().state, "store.db"), "not a database ".repeat(1000));
  await expect(start()).rejects.toThrow(/NW1509/);
  await expect(start("--dns-zone", "example.net")).rejects.toThrow(/NW1002/);
  await expect(start("--port", "1")).rejects.toThrow(/NW1001/);
});
