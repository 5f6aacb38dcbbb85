/** What comes from outside reaches exposed ports and nothing else; each check has an open port or way beside it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCapture } from "./capture.ts";
import { chain, startChain, type ChainLab } from "./chain.ts";
import { hosts, instanceOf, type LiveLab } from "./live-lab.ts";
import { until } from "./until.ts";

let scene: ChainLab;
let lab: LiveLab;
let vip: string;
const apply: ChainLab["apply"] = (name, spec) => scene.apply(name, spec);

beforeAll(async () => {
  scene = await startChain("outside");
  ({ lab, vip } = scene);
});
afterAll(() => lab.down());

test("a port of the service's address that is not exposed is closed; exposed, it connects; withdrawn, it is closed", async () => {
  const knock = () => lab.tryAt("internet1", `timeout 1.5 bash -c ': </dev/tcp/${vip}/7001'`);
  const closed = async (): Promise<void> => {
    const { host } = await instanceOf(lab, "chain-lb-1");
    const before = await scene.counted(host, "not-listening");
    const drops = async () => ({ code: (await knock()).code, counted: await scene.counted(host, "not-listening") });
    await until("a knock is counted and dropped", drops, ({ code, counted: now }) => code !== 0 && now > before);
  };
  await until(
    "port 7000 is open",
    () => lab.tryAt("internet1", `timeout 1.5 bash -c ': </dev/tcp/${vip}/7000'`),
    ({ code }) => code === 0,
  );
  await closed();
  const told = async () => (await scene.droppedFlows()).find(({ to, port }) => to === "chain" && port === 7001);
  const flow = await until("the drop is told", told, (seen) => seen !== undefined);
  const source = await lab.at(
    "internet1",
    "ip -6 -o address show scope global | sed 's/.*inet6 \\([^/]*\\).*/\\1/' | head -1",
  );
  expect(flow).toMatchObject({ from: "outside", source, destination: vip, protocol: "tcp" });
  expect(flow?.hint.text).toBe("tcp port 7001 is not exposed: add a listener to service/chain");
  // The port beside it was open all the time, and nothing was dropped there.
  expect((await scene.droppedFlows()).filter(({ destination, port }) => destination === vip && port === 7000)).toEqual(
    [],
  );
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
  const before = await scene.counted(host, "not-listening");
  await until(
    "a knock is counted and dropped",
    async () => ({ code: (await knock(address, 8080)).code, counted: await scene.counted(host, "not-listening") }),
    ({ code, counted }) => code !== 0 && counted > before,
  );
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
  const [stranger, peer] = [await scene.counted(host, "foreign-vxlan"), await scene.counted(host, "peer-vxlan")];
  let sent = 0;
  /** One datagram, which may be lost like any other. @returns how many are counted */
  const send = async (node: string, source: string, comment: string): Promise<number> => {
    sent += 1;
    await lab.at(
      node,
      `${process.execPath} -e 'const socket = require("dgram").createSocket("udp6").bind(0, "${source}", () => socket.send("anything", 4789, "${vtep}", () => process.exit(0)))'`,
    );
    return scene.counted(host, comment);
  };
  await until(
    "the stranger's packet is counted",
    () => send("edge1", "::", "foreign-vxlan"),
    (packets) => packets > stranger,
  );
  const strange = sent;
  expect(await scene.counted(host, "peer-vxlan")).toBe(peer);
  await until(
    "the peer's packet is counted",
    () => send(other, vtepOf(other), "peer-vxlan"),
    (packets) => packets > peer,
  );
  expect(await scene.counted(host, "foreign-vxlan")).toBeLessThanOrEqual(stranger + strange);
});

test("routers let no tunnelled packet in from outside the fabric", async () => {
  const vtep = "fd00:0:0:1::1";
  const edge = "fd00:0:0:2::3";
  await lab.at("provider", `ip -6 route add ${vtep}/128 via ${edge} dev edge1`);
  const before = await scene.counted("edge1", "external-vxlan");
  // A datagram may be lost like any other.
  const send = (port: number) => lab.at("provider", `bash -c 'echo anything >/dev/udp/${vtep}/${port}'`);
  await until(
    "the edge has counted it",
    () => send(4789).then(() => scene.counted("edge1", "external-vxlan")),
    (packets) => packets > before,
  );
  // Another port takes the same way.
  const arrived = await startCapture(lab, "host1", "edge1");
  await until(
    "port 4788 has come through",
    () => send(4788).then(() => arrived.count("udp port 4788")),
    (packets) => packets > 0,
  );
  expect(await arrived.count("udp port 4789 and not src net fd00:0:0:1::/64")).toBe(0);
  await arrived.stop();
  await lab.at("provider", `ip -6 route del ${vtep}/128 via ${edge} dev edge1`);
});
