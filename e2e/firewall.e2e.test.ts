/** What must not connect does not, and that is the firewall's doing: each check has the same pair and port opened beside it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCapture } from "./capture.ts";
import { connectFrom } from "./connection.ts";
import { hosts, instanceOf, startLab, vipOf, type LiveLab } from "./live-lab.ts";
import { echoTier, manifestOf, type Allow, type Spec } from "./manifests.ts";
import { until } from "./until.ts";

const network = "web";
const tenant = `nwn-default.${network}`;

/** web talks to app, app to db; web and db are no neighbours. */
const chain = (allow: readonly Allow[] = [], expose: readonly object[] = []): Spec => ({
  network,
  expose: [{ hostname: "chain.example.net", protocol: "TCP", port: 7000, tier: "web" }, ...expose],
  tiers: [echoTier("web", 8080), echoTier("app", 8081), echoTier("db", 8082)],
  allow,
});

/** Connects as a program of the machine itself, from a source of its choice: 0 when it could. */
const connectAs = (source: string, sourcePort: number, address: string, port: number): string =>
  `${process.execPath} -e 'require("net").connect({ host: "${address}", port: ${port}, localAddress: "${source}", localPort: ${sourcePort} }, () => process.exit(0)).on("error", () => process.exit(1)); setTimeout(() => process.exit(2), 1500)'`;

const visitor: Spec = { network, tiers: [echoTier("shell", 8090)] };

let lab: LiveLab;
let vip: string;

const apply = (name: string, spec: Spec) => lab.must("apply", "-f", manifestOf(name, spec));

beforeAll(async () => {
  lab = await startLab("firewall");
  await apply("chain", chain());
  await apply("visitor", visitor);
  vip = await vipOf(lab, "chain");
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

interface Dropped {
  readonly from: string;
  readonly to: string;
  readonly source?: string;
  readonly destination?: string;
  readonly protocol: string;
  readonly port: number;
  readonly packets: number;
  readonly hint: { readonly text: string };
}

const droppedFlows = () => lab.json<readonly Dropped[]>("flows", "--dropped");

async function dropped(from: string, to: string, port: number): Promise<Dropped | undefined> {
  const found = (await droppedFlows()).filter((flow) => flow.from === from && flow.to === to && flow.port === port);
  if (found.length === 0) return undefined;
  return { ...(found[0] as Dropped), packets: found.reduce((sum, { packets }) => sum + packets, 0) };
}

/** Packets that the rules with this comment have counted, in one namespace of a host. */
async function counted(host: string, comment: string, netns = ""): Promise<number> {
  const inside = netns === "" ? "" : `ip netns exec ${netns} `;
  const text = await lab.at(host, `${inside}nft list table inet netwright | grep 'comment "${comment} ' || true`);
  return [...text.matchAll(/counter packets (\d+)/g)].reduce((sum, [, packets]) => sum + Number(packets), 0);
}

/** Closed: the attempt fails, and its own counter rises by it. */
async function expectDropped(instance: string, to: string, port: number): Promise<Dropped> {
  const [source = "", target = ""] = [instance, to].map((id) => id.split("-").slice(0, 2).join("/"));
  const before = (await dropped(source, target, port))?.packets ?? 0;
  const { address } = await instanceOf(lab, to);
  expect(await tries(instance, address, port)).not.toBe(0);
  const rises = async () => dropped(source, target, port);
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
    const connect = (instance: string, sourcePort: number) =>
      `ip netns exec nww-default.${instance} ${connectAs(app.address, sourcePort, db.address, 8082)}`;
    const atDb = await startCapture(lab, db.host, "eth0", "nww-default.chain-db-1");
    const own = () => lab.tryAt(app.host, connect("chain-app-1", 40001));
    await until("the owner connects", own, ({ code }) => code === 0);
    const before = await counted(web.host, "spoofed", tenant);
    const borrow = `ip -n nww-default.chain-web-1 address add ${app.address}/128 dev eth0 nodad && ${connect("chain-web-1", 40002)}`;
    expect((await lab.tryAt(web.host, borrow)).code).not.toBe(0);
    expect(await counted(web.host, "spoofed", tenant)).toBeGreaterThan(before);
    const spoofed = await lab.at(web.host, `ip netns exec ${tenant} nft list set inet netwright spoofed`);
    expect(spoofed).toContain(`. ${app.address} counter packets`);
    await atDb.stop();
    // The reply would go to the owner: what counts is that nothing arrives.
    expect(await atDb.count(`src host ${app.address} and src port 40001`)).toBeGreaterThan(0);
    expect(await atDb.show(`src host ${app.address} and src port 40002`)).toBe("");
    await lab.tryAt(web.host, `ip -n nww-default.chain-web-1 address del ${app.address}/128 dev eth0`);
  });
});

describe("from outside", () => {
  test("a port of the service's address that is not exposed is closed; exposed, it connects; withdrawn, it is closed", async () => {
    const knock = () => lab.tryAt("internet1", `timeout 1.5 bash -c ': </dev/tcp/${vip}/7001'`);
    const closed = async (): Promise<void> => {
      const { host } = await instanceOf(lab, "chain-lb-1");
      const before = await counted(host, "not-listening");
      const drops = async () => ({ code: (await knock()).code, counted: await counted(host, "not-listening") });
      await until("a knock is counted and dropped", drops, ({ code, counted: now }) => code !== 0 && now > before);
    };
    await until(
      "port 7000 is open",
      () => lab.tryAt("internet1", `timeout 1.5 bash -c ': </dev/tcp/${vip}/7000'`),
      ({ code }) => code === 0,
    );
    await closed();
    const told = async () => (await droppedFlows()).find(({ to, port }) => to === "chain" && port === 7001);
    const flow = await until("the drop is told", told, (seen) => seen !== undefined);
    const source = await lab.at(
      "internet1",
      "ip -6 -o address show scope global | sed 's/.*inet6 \\([^/]*\\).*/\\1/' | head -1",
    );
    expect(flow).toMatchObject({ from: "outside", source, destination: vip, protocol: "tcp" });
    expect(flow?.hint.text).toBe("tcp port 7001 is not exposed: add a listener to service/chain");
    // The port beside it was open all the time, and nothing was dropped there.
    expect((await droppedFlows()).filter(({ destination, port }) => destination === vip && port === 7000)).toEqual([]);
    await apply("chain", chain([], [{ hostname: "chain.example.net", protocol: "TCP", port: 7001, tier: "app" }]));
    await until("port 7001 is open", knock, ({ code }) => code === 0);
    await apply("chain", chain());
    await until("port 7001 is closed", knock, ({ code }) => code !== 0);
    await closed();
  });

  test("a tenant address is not reached, even when the routers are told the way", async () => {
    const { host, address } = await instanceOf(lab, "chain-web-1");
    const route = (verb: string) => async (): Promise<void> => {
      await lab.at(
        "edge1",
        `ip -6 route ${verb} ${address}/128 via $(ip -6 -o neighbour show dev ${host} | cut -d' ' -f1 | grep ^fd | head -1)`,
      );
      await lab.at(host, `ip -6 route ${verb} ${address}/128 via fe80::2:2 dev nwu1`);
    };
    const knock = (target: string, port: number) =>
      lab.tryAt("edge1", `timeout 1.5 bash -c ': </dev/tcp/${target}/${port}'`);
    // No route: it ends before any packet leaves.
    expect((await lab.tryAt("internet1", `timeout 1.5 bash -c ': </dev/tcp/${address}/8080'`)).code).not.toBe(0);
    const { host: balancer } = await instanceOf(lab, "chain-lb-1");
    expect(balancer).toBe(host);
    await route("add")();
    const before = await counted(host, "not-listening");
    expect((await knock(address, 8080)).code).not.toBe(0);
    expect(await counted(host, "not-listening")).toBeGreaterThan(before);
    await route("del")();
    // The same way, to what is exposed.
    await until(
      "the exposed port is reached the same way",
      () => knock(vip, 7000),
      ({ code }) => code === 0,
    );
  });

  test("tunnelled packets are taken from hosts of the fabric only", async () => {
    const { host } = await instanceOf(lab, "chain-db-1");
    const vtepOf = (name: string) => `fd00:0:0:1::${name.replace("host", "")}`;
    const vtep = vtepOf(host);
    const other = hosts.find((each) => each !== host) as string;
    const [stranger, peer] = [await counted(host, "foreign-vxlan"), await counted(host, "peer-vxlan")];
    const tunnel = (source: string) =>
      `${process.execPath} -e 'const socket = require("dgram").createSocket("udp6").bind(0, "${source}", () => socket.send("anything", 4789, "${vtep}", () => process.exit(0)))'`;
    await lab.at("edge1", tunnel("::"));
    expect(await counted(host, "foreign-vxlan")).toBe(stranger + 1);
    expect(await counted(host, "peer-vxlan")).toBe(peer);
    await lab.at(other, tunnel(vtepOf(other)));
    expect(await counted(host, "foreign-vxlan")).toBe(stranger + 1);
    await until(
      "the peer's packet is counted",
      () => counted(host, "peer-vxlan"),
      (packets) => packets > peer,
    );
  });

  test("routers let no tunnelled packet in from outside the fabric", async () => {
    const vtep = "fd00:0:0:1::1";
    const edge = "fd00:0:0:2::3";
    await lab.at("provider", `ip -6 route add ${vtep}/128 via ${edge} dev edge1`);
    const before = await counted("edge1", "external-vxlan");
    await lab.at("provider", `bash -c 'echo anything >/dev/udp/${vtep}/4789'`);
    await until(
      "the edge has counted it",
      () => counted("edge1", "external-vxlan"),
      (packets) => packets > before,
    );
    // Another port takes the same way.
    const arrived = await startCapture(lab, "host1", "edge1");
    await lab.at("provider", `bash -c 'echo anything >/dev/udp/${vtep}/4788'`);
    await until(
      "port 4788 has come through",
      () => arrived.count("udp port 4788"),
      (packets) => packets > 0,
    );
    expect(await arrived.count("udp port 4789 and not src net fd00:0:0:1::/64")).toBe(0);
    await arrived.stop();
    await lab.at("provider", `ip -6 route del ${vtep}/128 via ${edge} dev edge1`);
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
    expect((await dropped("eager/burst", "chain/db", 9999))?.packets).toBeGreaterThan(20);
    await capture.stop();
    await apply("chain", chain());
    await lab.must("delete", "service/eager");
  });
});

test("what is dropped is told with both names, and where a rule would go", async () => {
  const text = await lab.must("flows", "--dropped");
  expect(text).toMatch(/visitor\/shell\s+chain\/db/);
});
