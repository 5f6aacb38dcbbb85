/** The client against a transport that answers from a table. */
import { NetwrightError } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { problemOf } from "../wire/problem.ts";
import { createClient } from "./client.ts";
import type { HttpRequest, Transport } from "./transport.ts";

interface Answer {
  readonly status?: number;
  readonly chunks: readonly (string | Uint8Array)[];
}

async function* body(chunks: Answer["chunks"]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

function fake({ status = 200, chunks }: Answer): { readonly sent: HttpRequest[]; readonly transport: Transport } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    transport: (request) => {
      sent.push(request);
      return Promise.resolve({ status, contentType: "application/json", body: body(chunks) });
    },
  };
}

const json = (value: unknown): Answer => ({ chunks: [JSON.stringify(value)] });

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe("requests", () => {
  const paths = async (call: (client: ReturnType<typeof createClient>) => Promise<unknown>): Promise<string> => {
    const { sent, transport } = fake(json({ items: [] }));
    await call(createClient({ transport, token: "secret" }));
    return `${sent[0]?.method} ${sent[0]?.path}`;
  };

  test.each<[string, (client: ReturnType<typeof createClient>) => Promise<unknown>]>([
    ["GET /v1alpha1/hosts", (client) => client.list("Host")],
    ["GET /v1alpha1/services", (client) => client.list("Service")],
    ["GET /v1alpha1/projects/a/services", (client) => client.list("Service", "a")],
    ["GET /v1alpha1/projects/default/services/shop", (client) => client.get({ kind: "Service", name: "shop" })],
    ["GET /v1alpha1/addresspools/a%2F..%2Fb", (client) => client.get({ kind: "AddressPool", name: "a/../b" })],
    [
      "DELETE /v1alpha1/routers/edge1?dryRun=true",
      (client) => client.delete({ kind: "Router", name: "edge1" }, { dryRun: true }),
    ],
    ["POST /v1alpha1/apply?dryRun=true", (client) => client.apply({ objects: [] }, { dryRun: true })],
    [
      "POST /v1alpha1/delete?dryRun=true",
      (client) => client.deleteAll({ objects: [{ kind: "Router", name: "edge1" }] }, { dryRun: true }),
    ],
    ["POST /v1alpha1/scale", (client) => client.scale({ service: "shop", tiers: { web: 2 } })],
    [
      "POST /v1alpha1/autoscale/pause?dryRun=true",
      (client) => client.pauseAutoscale({ service: "shop", paused: true }, { dryRun: true }),
    ],
    ["GET /v1alpha1/projects/default/services/shop/autoscale", (client) => client.explainAutoscale({ name: "shop" })],
    ["POST /v1alpha1/changes/3/undo", (client) => client.undo(3)],
    ["GET /v1alpha1/events?for=service%2Fshop&since=4", (client) => client.events({ for: "service/shop", since: 4 })],
    ["GET /v1alpha1/flows?dropped=true", (client) => client.droppedFlows()],
    ["GET /v1alpha1/answers", (client) => client.answers()],
    ["PUT /v1alpha1/nodes/host1/report", (client) => client.nodes.report("host1", {})],
    ["DELETE /v1alpha1/tokens/t1", (client) => client.deleteToken("t1")],
  ])("%s", async (expected, call) => {
    expect(await paths(call)).toBe(expected);
  });

  test("carry the token and the body", async () => {
    const { sent, transport } = fake(json({}));
    await createClient({ transport, token: "secret" }).apply({ objects: [], message: "ü" });
    expect(sent[0]).toMatchObject({
      headers: { authorization: "Bearer secret", "content-type": "application/json" },
      body: '{"objects":[],"message":"ü"}',
    });
    await createClient({ transport }).topology();
    expect(sent[1]?.headers["authorization"]).toBeUndefined();
  });

  test("output is sent line by line as it is made", async () => {
    const { sent, transport } = fake({ chunks: [] });
    async function* output() {
      yield { stream: "stdout" as const, data: "aGk=" };
      yield { stream: "exit" as const, code: 0 };
    }
    await createClient({ transport }).nodes.sendOutput("host1", "r1", output());
    const lines = typeof sent[0]?.body === "object" ? await all(sent[0].body) : [];
    expect(lines).toEqual(['{"stream":"stdout","data":"aGk="}\n', '{"stream":"exit","code":0}\n']);
  });
});

describe("errors", () => {
  const fail = async (answer: Answer): Promise<unknown> =>
    createClient({ transport: fake(answer).transport })
      .list("Host")
      .catch((error: unknown) => error);

  test("come back as they were thrown, with every diagnostic", async () => {
    const source = { file: "shop.yaml", line: 10, column: 50, length: 5 };
    const error = new NetwrightError("NW1203", "80800 is not a port", { field: "spec.port", source, hint: "h" }, [
      { code: "NW1301", message: "no such network", subject: "service/shop" },
    ]);
    const problem = problemOf(error);
    expect(problem).toMatchObject({ status: 422, type: "https://netwright.dev/errors/NW1203", hint: "h" });
    const thrown = await fail({ status: 422, chunks: [JSON.stringify(problem)] });
    expect(thrown).toBeInstanceOf(NetwrightError);
    expect(thrown).toMatchObject({ code: "NW1203", category: "invalid", diagnostics: error.diagnostics });
  });

  test.each([
    [401, "NW1503"],
    [403, "NW1504"],
    [404, "NW1501"],
    [409, "NW1502"],
    [400, "NW1506"],
    [500, "NW1505"],
    [502, "NW1505"],
    [302, "NW1506"],
  ])("a %d that is not ours is %s", async (status, code) => {
    expect(await fail({ status, chunks: ["<html>"] })).toMatchObject({ code });
    expect(await fail({ status, chunks: ['{"code":"toString","detail":{}}'] })).toMatchObject({ code });
  });

  test("an answer that is no JSON is no Netwright server", async () => {
    expect(await fail({ chunks: ["<html>"] })).toMatchObject({ code: "NW1505" });
  });
});

describe("streams", () => {
  const watch = (chunks: Answer["chunks"], signal?: AbortSignal): Promise<unknown[]> =>
    all(
      createClient({ transport: fake({ chunks }).transport }).watch("Host", {
        since: 0,
        ...(signal === undefined ? {} : { signal }),
      }),
    );

  test("values arrive whole, however the octets are cut; heartbeats are left out", async () => {
    const octets = Buffer.from('{"a":"ü"}\n\n{"b":2}\r\n  \n{"c":3}');
    const cut = Array.from(octets, (octet) => new Uint8Array([octet]));
    expect(await watch(cut)).toEqual([{ a: "ü" }, { b: 2 }, { c: 3 }]);
    expect(await watch([octets])).toEqual([{ a: "ü" }, { b: 2 }, { c: 3 }]);
  });

  test("a problem ends the stream with its error", async () => {
    const problem = problemOf(new NetwrightError("NW1507", "revision 3 is gone"));
    await expect(watch(['{"a":1}\n', `${JSON.stringify({ problem })}\n`])).rejects.toMatchObject({ code: "NW1507" });
  });

  test("a line that broke off is said to be so", async () => {
    await expect(watch(['{"a":1}\n{"b":'])).rejects.toMatchObject({ code: "NW1505" });
  });

  test("ends quietly when aborted", async () => {
    const stop = new AbortController();
    stop.abort();
    const transport: Transport = ({ signal }) => Promise.reject(signal?.reason);
    const client = createClient({ transport });
    expect(await all(client.watch("Host", { since: 0, signal: stop.signal }))).toEqual([]);
  });
});
