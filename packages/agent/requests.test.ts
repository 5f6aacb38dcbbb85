import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentRequest, OutputChunk } from "@netwright/api";
import type { Driver, HostState } from "@netwright/contract";
import { nodeSystem } from "@netwright/system";
import { afterAll, describe, expect, test, vi } from "vitest";
import { answer } from "./requests.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-requests-"));
afterAll(() => rmSync(directory, { recursive: true }));

const system = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
const logFile = join(system.paths.state, "logs/default.shop-web-1.log");
mkdirSync(join(system.paths.state, "logs"));
writeFileSync(logFile, "one\ntwo\nthree\n");

const state = {
  networks: [
    {
      project: "default",
      name: "web",
      workloads: [
        { id: "shop-web-1", run: { kind: "Container", env: [], files: [] } },
        { id: "shop-web-2", run: { kind: "Container", env: [], files: [] } },
        { id: "shop-proxy-1", run: { kind: "Proxy" } },
      ],
    },
  ],
} as unknown as HostState;

const driver = {
  slot: "links",
  want: () => null,
  observe: async () => null,
  plan: () => ({ install: ["veth"], retire: [] }),
  describe: (change: unknown) => String(change),
} as unknown as Driver;

interface Answer {
  readonly text: string;
  readonly last: OutputChunk | undefined;
}

async function ask(
  request: AgentRequest,
  options: {
    readonly until?: (text: string) => void;
    readonly stop?: AbortController;
    readonly state?: HostState | undefined;
  } = {},
): Promise<Answer> {
  const { until, stop = new AbortController() } = options;
  const context = {
    system,
    drivers: [driver],
    state: () => ("state" in options ? options.state : state),
    attendFlows: async () => {},
    revision: () => 0,
    recentLog: () => "",
  };
  let text = "";
  let last: OutputChunk | undefined;
  for await (const chunk of answer(context, request, stop.signal)) {
    last = chunk;
    if (chunk.stream === "stdout") text += Buffer.from(chunk.data, "base64").toString();
    until?.(text);
  }
  return { text, last };
}

const logs = (instance: string, details: Partial<{ follow: boolean; tail: number }> = {}): AgentRequest => ({
  id: "1",
  kind: "Logs",
  project: "default",
  instance,
  follow: false,
  tail: null,
  ...details,
});

describe("logs", () => {
  test("everything, or the last lines", async () => {
    expect(await ask(logs("shop-web-1"))).toEqual({ text: "one\ntwo\nthree\n", last: { stream: "exit", code: 0 } });
    expect((await ask(logs("shop-web-1", { tail: 1 }))).text).toBe("three\n");
  });

  test("followed until told to stop", async () => {
    const stop = new AbortController();
    const { text } = await ask(logs("shop-web-1", { follow: true, tail: 1 }), {
      stop,
      until: (seen) => {
        if (seen === "three\n") appendFileSync(logFile, "four\n");
        if (seen.endsWith("four\n")) stop.abort();
      },
    });
    expect(text).toBe("three\nfour\n");
  });

  test("of an instance that has written nothing yet: nothing", async () => {
    expect(await ask(logs("shop-web-2"))).toEqual({ text: "", last: { stream: "exit", code: 0 } });
  });

  test("of an instance that is not here", async () => {
    const last = { stream: "error", code: "NW1501", message: "nowhere is not on this host" };
    expect(await ask(logs("nowhere"))).toEqual({ text: "", last });
    expect(await ask(logs("nowhere"), { state: undefined })).toEqual({ text: "", last });
  });
});

test("nothing can run in a proxy", async () => {
  const exec: AgentRequest = { id: "1", kind: "Exec", project: "default", instance: "shop-proxy-1", command: ["true"] };
  expect((await ask(exec)).last).toMatchObject({ stream: "error", code: "NW1501" });
});

test("a fresh look tells what differs; without a state there is nothing to differ from", async () => {
  const observe: AgentRequest = { id: "1", kind: "Observe", destination: null };
  expect(JSON.parse((await ask(observe)).text)).toEqual({
    problems: [{ slot: "links", code: "NW1607", message: "differs: veth" }],
    route: null,
  });
  expect(JSON.parse((await ask(observe, { state: undefined })).text)).toEqual({ problems: [], route: null });
});

test("denied flows are attended to until the request is cancelled; it says at once that it began", async () => {
  const stop = new AbortController();
  const attended: string[] = [];
  const attendFlows = async (signal: AbortSignal): Promise<void> => {
    attended.push("begins");
    await once(signal, "abort");
    attended.push("ends");
  };
  const chunks = answer(
    { system, drivers: [], state: () => state, revision: () => 0, attendFlows, recentLog: () => "" },
    { id: "1", kind: "Flows" },
    stop.signal,
  );
  expect((await chunks.next()).value).toEqual({ stream: "stdout", data: "" });
  const rest = chunks.next();
  await vi.waitFor(() => expect(attended).toEqual(["begins"]));
  stop.abort();
  expect((await rest).done).toBe(true);
  expect(attended).toEqual(["begins", "ends"]);
});
