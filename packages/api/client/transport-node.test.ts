/** The real transport against real servers, on a unix socket and over TLS on the loopback. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "@netwright/base/node-clock.ts";
import { createClient } from "./client.ts";
import { serverTime } from "./transport-time.ts";
import { nodeTransport } from "./transport-node.ts";
import type { Target } from "./unreachable.ts";

let folder: string;
let servers: Server[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "netwright-transport-"));
  const subject = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:::1,DNS:localhost", "-days", "2"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "ca.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...key, ...files, ...subject], { stdio: "ignore" });
});
afterEach(() => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function onSocket(listener: RequestListener): Promise<Target> {
  const server = createServer(listener);
  servers.push(server);
  const path = join(folder, `socket${servers.length}-${Math.random()}`);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { kind: "Socket", path };
}

async function onTls(listener: RequestListener): Promise<Target & { kind: "Https" }> {
  const [key, ca] = ["key.pem", "ca.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
  const server = createTlsServer(
    { ...(key === undefined ? {} : { key }), ...(ca === undefined ? {} : { cert: ca }) },
    listener,
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
  const url = `https://[::1]:${(server.address() as AddressInfo).port}`;
  return { kind: "Https", url, ...(ca === undefined ? {} : { ca }) };
}

const clientOf = (target: Target) => createClient({ transport: nodeTransport(target), token: "secret" });
const failure = (target: Target): Promise<unknown> =>
  clientOf(target)
    .list("Host")
    .catch((error: unknown) => error);

const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
};

describe.each([
  ["a unix socket", onSocket],
  ["https", onTls],
])("over %s", (_, serve) => {
  test("a call and its answer", async () => {
    const answer = await clientOf(await serve(echo)).apply({ objects: [], message: "grüße" });
    expect(answer).toMatchObject({
      method: "POST",
      url: "/v1alpha1/apply",
      headers: { authorization: "Bearer secret", "content-length": "34" },
      body: '{"objects":[],"message":"grüße"}',
    });
  });

  test("a stream is read as it comes and let go of when aborted", async () => {
    const gone = Promise.withResolvers<void>();
    const target = await serve((request, response) => {
      response.write('{"revision":1}\n');
      request.on("close", gone.resolve);
    });
    const stop = new AbortController();
    const seen: unknown[] = [];
    for await (const event of clientOf(target).watch("Host", { since: 0, signal: stop.signal })) {
      seen.push(event);
      stop.abort();
    }
    await gone.promise;
    expect(seen).toEqual([{ revision: 1 }]);
  });

  test("leaving the loop ends the connection", async () => {
    const gone = Promise.withResolvers<void>();
    const target = await serve((request, response) => {
      response.write('{"revision":1}\n{"revision":2}\n');
      request.on("close", gone.resolve);
    });
    for await (const event of clientOf(target).watch("Host", { since: 0 })) {
      expect(event).toEqual({ revision: 1 });
      break;
    }
    await gone.promise;
  });

  test("a stream that breaks off is an error, not an end", async () => {
    const target = await serve((_request, response) => {
      response.write('{"revision":1}\n', () => response.destroy());
    });
    const read = async (): Promise<void> => {
      for await (const event of clientOf(target).watch("Host", { since: 0 })) expect(event).toEqual({ revision: 1 });
    };
    await expect(read()).rejects.toMatchObject({ code: "NW1505" });
  });

  test("output goes up while it is made", async () => {
    const first = Promise.withResolvers<string>();
    const target = await serve((request, response) => {
      request.once("data", (chunk: Buffer) => first.resolve(chunk.toString()));
      request.on("end", () => response.writeHead(204).end());
    });
    async function* output() {
      yield { stream: "stdout" as const, data: "aGk=" };
      expect(await first.promise).toBe('{"stream":"stdout","data":"aGk="}\n');
      yield { stream: "exit" as const, code: 0 };
    }
    await clientOf(target).nodes.sendOutput("host1", "r1", output());
  });
});

describe("a connection that is kept", () => {
  const keeping = (target: Target) => createClient({ transport: nodeTransport(target, { keepAlive: true }) });

  test("serves later calls; calls over one that the server has closed meanwhile come through all the same", async () => {
    const ports: (number | undefined)[] = [];
    const target = await onTls((request, response) => {
      ports.push(request.socket.remotePort);
      response.end("{}");
    });
    const client = keeping(target);
    await client.nodes.report("host1", {});
    await client.nodes.report("host1", {});
    expect(new Set(ports).size).toBe(1);
    // The server lets go at the very moment that the call is made: the client does not know of it yet.
    servers.at(-1)?.closeAllConnections();
    await client.nodes.report("host1", {});
    expect(new Set(ports).size).toBe(2);
  });

  test("gathers nothing that waits for it to connect again", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const client = keeping(await onTls((_request, response) => response.end("{}")));
    for (let call = 0; call < 12; call++) await client.topology();
    // Warnings come with the next turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  test("is given back only when an answer was read", async () => {
    let open = 0;
    const target = await onTls((_request, response) => {
      open++;
      response.write('{"revision":1}\n');
    });
    const client = keeping(target);
    const stop = new AbortController();
    const streams = [client.nodes.watchState("a", 0, stop.signal), client.nodes.watchState("b", 0, stop.signal)];
    await Promise.all(streams.map((stream) => stream[Symbol.asyncIterator]().next()));
    expect(open).toBe(2);
    stop.abort();
  });
});

describe("a server that cannot be reached", () => {
  test.each<[string, Target, RegExp]>([
    [
      "no socket",
      { kind: "Socket", path: "/nonexistent/socket" },
      /\/nonexistent\/socket cannot be reached: there is no server/,
    ],
    ["nothing listens", { kind: "Https", url: "https://[::1]:1" }, /nothing listens there/],
  ])("%s", async (_, target, message) => {
    expect(await failure(target)).toMatchObject({ code: "NW1505", message: expect.stringMatching(message) });
  });

  test("a certificate that is not trusted", async () => {
    const { url } = await onTls(echo);
    const error = await failure({ kind: "Https", url });
    expect(error).toMatchObject({
      code: "NW1505",
      message: expect.stringContaining("not signed by a CA that is trusted"),
    });
  });

  test("a certificate for another name", async () => {
    const target = await onTls(echo);
    const error = await failure({ ...target, url: target.url.replace("[::1]", "ip6-localhost") });
    expect(error).toMatchObject({ code: "NW1505", message: expect.stringMatching(/another name|name is not known/) });
  });

  test("a server that hangs up", async () => {
    const target = await onSocket((request) => request.socket.destroy());
    expect(await failure(target)).toMatchObject({
      code: "NW1505",
      message: expect.stringContaining("the connection broke"),
    });
  });

  test.each(["http://[::1]:80", "ftp://a", "localhost", "https://a/path", ""])("%j is no server's URL", (url) => {
    expect(() => nodeTransport({ kind: "Https", url })).toThrow(expect.objectContaining({ code: "NW1001" }));
  });
});

describe("what time it is at a server", () => {
  test("is told without a token, whoever signed its certificate", async () => {
    const asked: unknown[] = [];
    const { url } = await onTls(({ method, url: path, headers }, response) => {
      asked.push([method, path, headers.authorization]);
      response.setHeader("date", "Fri, 02 Jan 2026 03:04:05 GMT").end();
    });
    const { server, sent, received } = await serverTime(url, systemClock);
    expect(new Date(server).toISOString()).toBe("2026-01-02T03:04:05.000Z");
    expect(received).toBeGreaterThanOrEqual(sent);
    expect(asked).toEqual([["HEAD", "/livez", undefined]]);
  });

  test("is not known where nobody listens", async () => {
    await expect(serverTime("https://[::1]:1", systemClock)).rejects.toThrow(/nothing listens there/);
  });
});
