/** What goes between server and agents: states, requests and their output; and watches of everybody else. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { outputLines, type AgentRequest, type Client, type OutputChunk, type WatchEvent } from "@netwright/api";
import { milliseconds, parseIpv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { reportOf, startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { adminToken, applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, shop } from "./testing/manifests.ts";
import { collect, present } from "./testing/present.ts";

let harness: Harness;
let agent: FakeAgent;
let host1: Client;
let stop: AbortController;

beforeEach(async () => {
  stop = new AbortController();
  harness = await startHarness({ heartbeat: milliseconds(20) });
  await harness.admin.apply(applyOf(fabricManifests));
  await harness.admin.apply(applyOf(shop()));
  host1 = harness.as((await harness.admin.createToken({ name: "host1", role: "Node", node: "host1" })).secret);
  agent = startFakeAgent(host1, "host1");
});
afterEach(async () => {
  stop.abort();
  agent.stop();
  await harness.stop();
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Answers the requests of a node, one by one. @param cancels gets what is cancelled */
async function serve(
  answer: (request: AgentRequest) => AsyncIterable<OutputChunk>,
  cancels: AgentRequest[] = [],
): Promise<void> {
  for await (const request of host1.nodes.requests("host1", stop.signal)) {
    if (request.kind === "Cancel") cancels.push(request);
    else host1.nodes.sendOutput("host1", request.id, answer(request), stop.signal).catch(() => {});
  }
}

describe("requests to agents", () => {
  test("logs and exec: what the agent sends is what the client gets, as it comes", async () => {
    const seen: AgentRequest[] = [];
    void serve(async function* (request) {
      seen.push(request);
      yield { stream: "stdout", data: base64("one\n") };
      yield { stream: "stderr", data: base64("two\n") };
      yield { stream: "exit", code: 3 };
    });
    const logs = await collect(harness.admin.logs({ id: "shop-web-1" }, { follow: false, tail: 5 }));
    expect(logs).toEqual([
      { stream: "stdout", data: base64("one\n") },
      { stream: "stderr", data: base64("two\n") },
      { stream: "exit", code: 3 },
    ]);
    await collect(harness.admin.exec({ id: "shop-web-1" }, { command: ["id"], input: base64("in") }));
    expect(seen).toMatchObject([
      { kind: "Logs", project: "default", instance: "shop-web-1", follow: false, tail: 5 },
      { kind: "Exec", command: ["id"], input: base64("in") },
    ]);
  });

  test("probes: from an instance and from a node, with results as they come, or what went wrong", async () => {
    const seen: AgentRequest[] = [];
    const result = { outcome: "Refused", microseconds: 120, detail: "RST", by: "fd00::1", sourcePort: 4000 };
    void serve(async function* (request) {
      seen.push(request);
      if (request.kind !== "Probe") return;
      if (request.from === null) yield { stream: "error", code: "NW1602", message: "perl cannot be started" };
      // A line in two pieces.
      yield { stream: "stdout", data: base64(JSON.stringify(result).slice(0, 9)) };
      yield { stream: "stdout", data: base64(`${JSON.stringify(result).slice(9)}\n`) };
      yield { stream: "exit", code: 0 };
    });
    const probe = { protocol: "tcp", destination: parseIpv6("2001:db8::9"), port: 1 } as const;
    const request = { probes: [probe], patience: 4000 };
    expect(await collect(harness.admin.probe({ id: "shop-web-1" }, request))).toEqual([result]);
    expect(seen).toMatchObject([{ kind: "Probe", from: { project: "default", instance: "shop-web-1" }, ...request }]);
    await expect(collect(harness.admin.probe({ node: "host1" }, request))).rejects.toMatchObject({ code: "NW1602" });
    const wrong = [{ ...probe, port: 0 }, { ...probe, protocol: "icmp" } as const, { ...probe, port: 70_000 }];
    for (const each of wrong)
      await expect(
        collect(harness.admin.probe({ id: "shop-web-1" }, { ...request, probes: [each] })),
      ).rejects.toMatchObject({ code: "NW1506", message: expect.stringContaining("probes[0].port") });
  });

  test("what a kernel prints comes as the agent tells it", async () => {
    void serve(async function* (request) {
      yield { stream: "stdout", data: base64(`${JSON.stringify({ asked: request.kind })}\n`) };
      yield { stream: "exit", code: 0 };
    });
    const parts = outputLines(harness.admin.readback("host1"), "host/host1");
    expect(await collect(parts)).toEqual([{ asked: "Readback" }]);
  });

  test("a client that goes away stops the request at the agent", async () => {
    const requests: AgentRequest[] = [];
    void (async () => {
      for await (const request of host1.nodes.requests("host1", stop.signal)) {
        requests.push(request);
        if (request.kind === "Cancel") continue;
        host1.nodes
          .sendOutput(
            "host1",
            request.id,
            (async function* () {
              yield { stream: "stdout" as const, data: base64("first") };
              await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
            })(),
            stop.signal,
          )
          .catch(() => {});
      }
    })();
    for await (const chunk of harness.admin.logs({ id: "shop-web-1" }, { follow: true, tail: null })) {
      expect(chunk).toMatchObject({ stream: "stdout" });
      break;
    }
    await eventually(async () =>
      expect(requests[1]).toMatchObject({ kind: "Cancel", target: present(requests[0]).id }),
    );
  });

  test("nobody else may answer, nobody may answer twice, and strangers get nothing", async () => {
    await expect(host1.nodes.sendOutput("host1", "0000", (async function* () {})())).rejects.toMatchObject({
      code: "NW1501",
    });
    await expect(
      collect(harness.admin.logs({ id: "shop-web-9" }, { follow: false, tail: null })),
    ).rejects.toMatchObject({ code: "NW1501" });
    await expect(collect(harness.admin.logs({ id: "shop-lb-1" }, { follow: false, tail: null }))).rejects.toMatchObject(
      { code: "NW1506" },
    );
  });
});

describe("states", () => {
  test("only what is newer than what the agent has, and each change once", async () => {
    await eventually(async () => expect(agent.states.length).toBeGreaterThan(0));
    const { revision } = await host1.nodes.state<HostState>("host1");
    const fresh: number[] = [];
    const watching = (async () => {
      for await (const state of host1.nodes.watchState<HostState>("host1", revision, stop.signal))
        fresh.push(state.revision);
    })();
    await harness.admin.scale({ service: "shop", tiers: { web: 2, lb: 3 } });
    await eventually(async () => expect(fresh.at(-1)).toBe((await host1.nodes.state("host1")).revision));
    expect(fresh[0]).toBeGreaterThan(revision);
    expect(fresh).toEqual([...new Set(fresh)].toSorted((a, b) => a - b));
    stop.abort();
    await watching;
  });

  test("a report about another node, or that is none, is refused", async () => {
    const { revision, state } = await host1.nodes.state<HostState>("host1");
    const report = reportOf(revision, state);
    await expect(host1.nodes.report("host1", { ...report, node: "host2" })).rejects.toMatchObject({ code: "NW1506" });
    await expect(host1.nodes.report("host1", { ...report, sessions: "all up" })).rejects.toMatchObject({
      code: "NW1506",
    });
    await expect(host1.nodes.report("host2", { ...report, node: "host2" })).rejects.toMatchObject({ code: "NW1504" });
  });
});

describe("watches", () => {
  test("objects: from a list on, every change once, statuses included, Deleted at the end", async () => {
    const { revision } = await harness.admin.list("Service");
    const seen: WatchEvent[] = [];
    const watching = (async () => {
      for await (const event of harness.admin.watch("Service", { since: revision, signal: stop.signal }))
        seen.push(event);
    })();
    await harness.admin.scale({ service: "shop", tiers: { web: 2 } });
    await harness.admin.delete({ kind: "Service", name: "shop" });
    await eventually(async () => expect(seen.at(-1)?.type).toBe("Deleted"));
    const revisions = seen.map((event) => event.revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    expect(seen.some(({ object }) => object.metadata["generation"] === 2)).toBe(true);
    stop.abort();
    await watching;
  });

  test("a revision from before a restart is answered with NW1507, so that clients list again", async () => {
    const stale = (await harness.admin.list("Service")).revision;
    await harness.stop();
    const again = await startHarness({ store: harness.store });
    await expect(collect(again.admin.watch("Service", { since: stale }))).rejects.toMatchObject({ code: "NW1507" });
    const events = await again.admin.events({ since: 0, for: "service/shop" });
    expect(events.map(({ reason }) => reason)).toContain("Created");
    await again.stop();
  });

  test("a quiet stream has heartbeats, and ends when the server stops", async () => {
    const response = await harness.server.app.request("http://server/v1alpha1/addresspools?watch=true", {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    const reader = present(response.body).pipeThrough(new TextDecoderStream()).getReader();
    const lines: string[] = [];
    while (lines.length < 5) lines.push((await reader.read()).value ?? "end");
    expect(lines.filter((line) => line === "\n").length).toBeGreaterThanOrEqual(3);
    harness.server.stop();
    while (!(await reader.read()).done) continue;
  });

  test("dropped flows have names and say where a rule would stand", async () => {
    await eventually(async () => expect(agent.states.at(-1)?.state.networks).toHaveLength(1));
    const [proxy, web] = present(present(agent.states.at(-1)).state.networks[0]).workloads;
    const flow = {
      from: present(web).class,
      to: present(proxy).class,
      protocol: "tcp",
      port: 5432,
      packets: 3,
      bytes: 180,
    } as const;
    const network = { project: "default", name: "web", rules: 2 };
    const seen: unknown[] = [];
    const watching = (async () => {
      for await (const record of harness.admin.watchDroppedFlows(stop.signal))
        seen.push([record.from, record.to, record.packets]);
    })();
    await agent.say({ networks: [{ ...network, denied: [flow] }] });
    const [record] = await harness.admin.droppedFlows();
    expect(record).toMatchObject({
      host: "host1",
      from: "shop/web",
      to: "shop/proxy",
      port: 5432,
      packets: 3,
      hint: {
        text: expect.stringContaining("{ from: { service: shop, tier: web }, to: proxy, port: 5432 }"),
        origin: { object: "service/shop", source: { file: "test.yaml" } },
      },
    });
    await agent.say({ networks: [{ ...network, denied: [{ ...flow, packets: 4 }] }] });
    await eventually(async () =>
      expect(seen).toEqual([
        ["shop/web", "shop/proxy", 3],
        ["shop/web", "shop/proxy", 4],
      ]),
    );
    stop.abort();
    await watching;
  });

  test("drops at a public address have both ends, the service's name and where a listener would stand", async () => {
    await eventually(async () => expect(agent.states.at(-1)?.state.networks).toHaveLength(1));
    const outside = { source: parseIpv6("2001:db8:f::2"), destination: parseIpv6("2001:db8:100::1") };
    const flow = { from: 0, to: 0, protocol: "tcp", port: 22, packets: 3, bytes: 180, outside } as const;
    const unknown = { ...flow, outside: { ...outside, destination: parseIpv6("2001:db8:100::9") } };
    const network = { project: "default", name: "web", rules: 2, denied: [flow, unknown] };
    await agent.say({ networks: [network] });
    const [first, second] = await harness.admin.droppedFlows();
    expect(first).toMatchObject({
      from: "outside",
      to: "shop",
      ...outside,
      port: 22,
      hint: {
        text: "tcp port 22 is not exposed: add a listener to service/shop",
        origin: { object: "service/shop", field: "spec.expose", source: { file: "test.yaml" } },
      },
    });
    expect(second).toMatchObject({ destination: "2001:db8:100::9", hint: { origin: null } });
  });

  test("agents look at dropped flows often while somebody watches them, and no longer", async () => {
    const requests: AgentRequest[] = [];
    void serve(async function* (request) {
      requests.push(request);
      yield { stream: "stdout", data: "" };
      await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
    }, requests);
    const watcher = new AbortController();
    const watching = collect(harness.admin.watchDroppedFlows(watcher.signal));
    await eventually(async () => expect(requests.map(({ kind }) => kind)).toEqual(["Flows"]));
    watcher.abort();
    await watching.catch(() => {});
    await eventually(async () => expect(requests[1]).toMatchObject({ kind: "Cancel", target: requests[0]?.id }));
  });

  test("topology: nodes, links and what sessions carry", async () => {
    await eventually(async () => {
      const topology = await harness.admin.topology();
      expect(topology.nodes.find(({ name }) => name === "host1")).toMatchObject({ role: "Host", ready: true });
      expect(topology.nodes.find(({ name }) => name === "provider")).toMatchObject({ role: "Upstream" });
      expect(topology.sessions).toContainEqual({
        from: "host1",
        to: "edge1",
        state: "Established",
        bfd: "Up",
        prefixes: expect.arrayContaining(["2001:db8:100::1/128"]),
      });
      expect(topology.links).toHaveLength(3 * 2 + 3);
    });
  });
});
