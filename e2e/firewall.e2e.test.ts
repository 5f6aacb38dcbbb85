/** What must not connect does not, and that is the firewall's doing: each check has the same pair and port opened beside it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCapture } from "./capture.ts";
import { chain, network, startChain, tenant, type ChainLab, type Dropped } from "./chain.ts";
import { connectFrom } from "./connection.ts";
import { instanceOf, type LiveLab } from "./live-lab.ts";
import { echoTier, type Allow, type Spec } from "./manifests.ts";
import { until } from "./until.ts";

/** Connects as a program of the machine itself, from a source of its choice: 0 when it could. @param first what it does at once before */
const connectAs = (source: string, sourcePort: number, address: string, port: number, first = ""): string =>
  `${process.execPath} -e '${first}require("net").connect({ host: "${address}", port: ${port}, localAddress: "${source}", localPort: ${sourcePort} }, () => process.exit(0)).on("error", () => process.exit(1)); setTimeout(() => process.exit(2), 1500)'`;

const visitor: Spec = { network, tiers: [echoTier("shell", 8090)] };

let scene: ChainLab;
let lab: LiveLab;
const apply: ChainLab["apply"] = (name, spec) => scene.apply(name, spec);

beforeAll(async () => {
  scene = await startChain("firewall");
  ({ lab } = scene);
  await apply("visitor", visitor);
});
afterAll(() => lab.down());

/** One attempt to connect from inside an instance: 0 when it could. */
async function tries(instance: string, address: string, port: number): Promise<number> {
  const { code } = await lab.netwright(
    "exec",
    instance,
    "--",
    "timeout",
    "1.5",
    "bash",
    "-c",
    `: </dev/tcp/${address}/${port}`,
  );
  return code;
}

async function dropped(from: string, to: string, port: number): Promise<Dropped | undefined> {
  const found = (await scene.droppedFlows()).filter(
    (flow) => flow.from === from && flow.to === to && flow.port === port,
  );
  if (found.length === 0) return undefined;
  return { ...(found[0] as Dropped), packets: found.reduce((sum, { packets }) => sum + packets, 0) };
}

/** Closed: the attempt fails, and its own counter rises by it. */
async function expectDropped(instance: string, to: string, port: number): Promise<Dropped> {
  const [source = "", target = ""] = [instance, to].map((id) => id.split("-").slice(0, 2).join("/"));
  const before = (await dropped(source, target, port))?.packets ?? 0;
  const { address } = await instanceOf(lab, to);
  const rises = async () => {
    // A machine that starts the attempt late ends it before it has sent anything.
    expect(await tries(instance, address, port)).not.toBe(0);
    return dropped(source, target, port);
  };
  const flow = await until(
    `the drop of ${source} to ${target} is told`,
    rises,
    (seen) => (seen?.packets ?? 0) > before,
  );
  return flow as Dropped;
}

async function expectOpen(instance: string, to: string, port: number): Promise<void> {
  const { address } = await instanceOf(lab, to);
  await until(
    `${instance} reaches ${to}`,
    () => tries(instance, address, port),
    (code) => code === 0,
  );
}

describe("between workloads", () => {
  test("a tier reaches its neighbour, at that port only", async () => {
    await expectOpen("chain-web-1", "chain-app-1", 8081);
    await expectOpen("chain-app-1", "chain-db-1", 8082);
    expect((await expectDropped("chain-web-1", "chain-app-1", 8082)).protocol).toBe("tcp");
    await expectDropped("chain-app-1", "chain-web-1", 8080);
  });

  test("no tier but the neighbour; opened, the same pair and port connects; closed again, it does not, and what was open is cut", async () => {
    const { hint } = await expectDropped("chain-web-1", "chain-db-1", 8082);
    expect(hint.text).toContain("{ from: { service: chain, tier: web }, to: db, port: 8082 }");
    await opensAndCloses("chain-web-1", { service: "chain", tier: "web" });
  });

  test("no other service; opened, the same pair and port connects; closed again, it does not, and what was open is cut", async () => {
    await expectDropped("visitor-shell-1", "chain-db-1", 8082);
    await opensAndCloses("visitor-shell-1", { service: "visitor", tier: "shell" });
  });

  async function opensAndCloses(instance: string, from: Allow["from"]): Promise<void> {
    const { address } = await instanceOf(lab, "chain-db-1");
    await apply("chain", chain([{ from, to: "db", port: 8082 }]));
    await expectOpen(instance, "chain-db-1", 8082);
    const [revoked, allowed] = await Promise.all([
      connectFrom(lab, instance, address, 8082),
      connectFrom(lab, "chain-app-1", address, 8082),
    ]);
    await apply("chain", chain());
    await revoked.isCut(allowed);
    await allowed.flows();
    await expectDropped(instance, "chain-db-1", 8082);
    revoked.end();
    allowed.end();
  }
});

describe("spoofed sources", () => {
  test("a workload that borrows the address of one that may connect is dropped and counted; the owner connects", async () => {
    const [web, app, db] = await Promise.all(
      ["chain-web-1", "chain-app-1", "chain-db-1"].map((id) => instanceOf(lab, id)),
    );
    if (web === undefined || app === undefined || db === undefined) throw new Error("the chain is not whole");
    const connect = (instance: string, sourcePort: number, first?: string) =>
      `ip netns exec nww-default.${instance} ${connectAs(app.address, sourcePort, db.address, 8082, first)}`;
    const atDb = await startCapture(lab, db.host, "eth0", "nww-default.chain-db-1");
    const own = () => lab.tryAt(app.host, connect("chain-app-1", 40001));
    await until("the owner connects", own, ({ code }) => code === 0);
    // The agent takes away what it did not put there: a process that starts only now would come too late.
    const borrow = `require("child_process").execSync("ip address replace ${app.address}/128 dev eth0 nodad");`;
    // Others are counted there too: what a new link says of itself comes from no address.
    const spoofed = await until(
      "the borrowed address is counted",
      async () => {
        const { code } = await lab.tryAt(web.host, connect("chain-web-1", 40002, borrow));
        const set = await lab.at(web.host, `ip netns exec ${tenant} nft list set inet netwright spoofed`);
        return { code, set };
      },
      ({ set }) => set.includes(`. ${app.address} counter packets`),
    );
    expect(spoofed.code).not.toBe(0);
    await atDb.stop();
    // The reply would go to the owner: what counts is that nothing arrives.
    expect(await atDb.count(`src host ${app.address} and src port 40001`)).toBeGreaterThan(0);
    expect(await atDb.show(`src host ${app.address} and src port 40002`)).toBe("");
    await lab.tryAt(web.host, `ip -n nww-default.chain-web-1 address del ${app.address}/128 dev eth0`);
  });
});

describe("before the first packet", () => {
  const eager = (target: string, replicas: number): Spec => ({
    network,
    tiers: [
      {
        name: "burst",
        replicas,
        workload: {
          image: "host",
          command: [
            "bash",
            "-c",
            // From its first moment on: what is allowed and what is not, in turn.
            `send() { echo x >/dev/udp/${target}/9999; echo x >/dev/udp/${target}/8082; } 2>/dev/null
            for i in {1..30}; do send; done; while sleep 0.05; do send; done & exec node -e 'require("net").createServer().listen(8095, "::")'`,
          ],
          port: 8095,
        },
      },
    ],
  });

  test("of what a workload sends from its first moment on, nothing forbidden ever passes", async () => {
    const db = await instanceOf(lab, "chain-db-1");
    await apply("eager", eager(db.address, 0));
    await apply("chain", chain([{ from: { service: "eager", tier: "burst" }, to: "db", port: 8082, protocol: "UDP" }]));
    const capture = await startCapture(lab, db.host, "eth0", "nww-default.chain-db-1");
    await apply("eager", eager(db.address, 3));
    await until(
      "what is allowed comes from every instance",
      async () => {
        const seen = await Promise.all(
          [1, 2, 3].map(async (number) =>
            capture.count(`src ${(await instanceOf(lab, `eager-burst-${number}`)).address} and udp port 8082`),
          ),
        );
        return seen;
      },
      (seen) => seen.every((packets) => packets > 20),
    );
    expect(await capture.show("udp port 9999")).toBe("");
    await until(
      "what is forbidden is told to be dropped",
      () => dropped("eager/burst", "chain/db", 9999),
      (seen) => (seen?.packets ?? 0) > 20,
    );
    await capture.stop();
    await apply("chain", chain());
    await lab.must("delete", "service/eager");
  });
});

test("what is dropped is told with both names, and where a rule would go", async () => {
  const text = await lab.must("flows", "--dropped");
  expect(text).toMatch(/visitor\/shell\s+chain\/db/);
});
