/** What is told of edges that belong to others: what hosts say of them, and nothing more. */
import type { Condition, ServiceStatus } from "@netwright/api";
import type { SessionReport } from "@netwright/contract";
import { fabric } from "@netwright/compiler/testing.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { shop } from "./testing/manifests.ts";

const hosts = ["host1", "host2"] as const;
/** The usual fabric with its edges handed over to others. */
const manifests = fabric(2).replaceAll(
  /^( {2}asn: 64510)\n {2}routerId: .*$/gm,
  "$1\n  managed: false\n  session: { passwordFile: /etc/netwright/edge.password }",
);

let harness: Harness;
let agents: Map<string, FakeAgent>;

beforeEach(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(manifests));
  agents = new Map();
  for (const node of hosts) {
    const { secret } = await harness.admin.createToken({ name: `agent-${node}`, role: "Node", node });
    agents.set(node, startFakeAgent(harness.as(secret), node));
  }
  await harness.admin.apply(applyOf(shop(2).replace("  tiers:\n", "  tiers:\n    - { name: lb, replicas: 2 }\n")));
  await eventually(async () => expect((await announced()).status).toBe("True"));
});

afterEach(async () => {
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
});

async function conditionOf(kind: "Host" | "Router" | "Service", name: string, type: string): Promise<Condition> {
  const { conditions } = (await harness.admin.get({ kind, name })).status as unknown as ServiceStatus;
  const found = conditions.find((condition) => condition.type === type);
  if (found === undefined) throw new Error(`${kind} ${name} has no condition ${type}`);
  return found;
}
const announced = (): Promise<Condition> => conditionOf("Service", "shop", "Announced");

const sessions = (edge1: Partial<SessionReport>): readonly SessionReport[] =>
  ["edge1", "edge2"].map((neighbor) => ({
    neighbor,
    state: "Established",
    since: null,
    bfd: "Up",
    ...(neighbor === "edge1" ? edge1 : {}),
  }));

test("an announcement is told, and that its fate there is not observed", async () => {
  await eventually(async () =>
    expect((await announced()).message).toBe(
      "to edge1, edge2; edge1, edge2 are not managed: what becomes of the route there, and whether flows are spread over all these hosts, is not observed",
    ),
  );
  expect(await conditionOf("Router", "edge1", "Ready")).toMatchObject({ status: "Unknown", reason: "Unmanaged" });
  await eventually(async () =>
    expect(await conditionOf("Router", "edge1", "Peered")).toMatchObject({
      status: "True",
      message: "sessions with host1, host2",
    }),
  );
});

test("a wrong password is told on host, router and service", async () => {
  const problem = "wrong password: packets came to this host that are signed with another one (TCP MD5)";
  await agents.get("host1")?.say({ sessions: sessions({ state: "Down", bfd: "Down", problem }) });
  const message = `host1 has no session with edge1: ${problem}`;
  await eventually(async () => {
    for (const [kind, name] of [
      ["Host", "host1"],
      ["Router", "edge1"],
    ] as const)
      expect(await conditionOf(kind, name, "Peered")).toMatchObject({
        status: "False",
        reason: "SessionProblem",
        message,
      });
    expect((await announced()).message).toContain(message);
  });
  expect(await conditionOf("Host", "host2", "Peered")).toMatchObject({ status: "True" });
  const { status } = await harness.admin.get({ kind: "Host", name: "host1" });
  expect(status?.["sessions"]).toContainEqual(expect.objectContaining({ neighbor: "edge1", problem }));
});

test("with no session anywhere the service says why it is not announced", async () => {
  for (const node of hosts)
    await agents.get(node)?.say({
      sessions: sessions({}).map((each) => ({ ...each, state: "Down", problem: "it does not answer" })),
      announced: [],
    });
  await eventually(async () => {
    const { status, reason, message } = await announced();
    expect([status, reason]).toEqual(["False", "NotAnnounced"]);
    expect(message).toContain("no host announces 2001:db8:100::1; host1 has no session with edge1: it does not answer");
  });
});

test("an edge that does not answer BFD is told of, and is no fault", async () => {
  await agents.get("host1")?.say({ sessions: sessions({ bfd: "Down" }) });
  await eventually(async () =>
    expect(await conditionOf("Host", "host1", "Peered")).toMatchObject({
      status: "True",
      message: expect.stringContaining("edge1 does not answer BFD"),
    }),
  );
});

test("a trace says that the choice of such an edge is not known", async () => {
  const { verdict, hops } = await harness.admin.trace({
    destination: "2001:db8:100::1",
    port: 443,
    source: "2001:db8:f::2",
  });
  expect(verdict).toBe("Delivered");
  expect(hops.find(({ place }) => place === "edge1")?.detail).toBe(
    "not managed; hears it from host1, host2; which of them it takes, one or several, is not known",
  );
});
