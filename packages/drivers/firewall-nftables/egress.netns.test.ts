/** From workloads to the internet: only where a rule leads, in the name of their host's address, and nowhere into the site. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { milliseconds, seconds, type DomainPattern, type Ipv6 } from "@netwright/base";
import { answersSet } from "@netwright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientAddress, Fabric } from "../testing/fabric.ts";
import { addressOf, egressAddress, vtep, type Instance, type Scene } from "../testing/states.ts";
import { readDenied, renderAdmissions } from "./index.ts";

const near: Instance = { tier: "web", number: 1, host: 1 };
const far: Instance = { tier: "web", number: 2, host: 2 };
const db: Instance = { tier: "db", number: 1, host: 1 };
const [must, mustNot] = [10_000, 700];
const scene = (...egress: string[]): Scene => ({
  instances: [near, far, db],
  policy: [],
  listeners: [],
  hosts: 2,
  egress,
});
const toServer = `web>2001:db8:f::/64:8080`;

let fabric: Fabric;

const ask = async (
  from: Instance,
  port: number,
  timeout: number,
  protocol: "tcp" | "udp" = "tcp",
  address = clientAddress,
) => (await fabric.askFrom(from, [{ protocol, address, port, timeout }]))[0];
const denied = () => readDenied(fabric.host(1).system, { project: "default", name: "web" });

beforeAll(async () => {
  fabric = await Fabric.start(2);
  await fabric.apply(scene(toServer));
  for (const id of [1, 2]) {
    await fabric.edge.sh(`ip -6 route replace ${egressAddress(id)}/128 via fd00:0:0:2::${2 * id + 1} dev host${id}`);
  }
  const talk = fileURLToPath(new URL("../testing/talk.ts", import.meta.url));
  const server = fabric.client.spawn([process.execPath, talk, "serve", "internet", "8080", "8081"]);
  if (server.stdout !== null) await once(server.stdout, "data");
});
afterAll(() => fabric[Symbol.asyncDispose]());

test("a workload reaches what a rule allows, and is seen there as its host's address", async () => {
  expect(await ask(near, 8080, must)).toBe(`internet ${egressAddress(1)}`);
  expect(await ask(far, 8080, must)).toBe(`internet ${egressAddress(2)}`);
  expect(await fabric.pending(scene(toServer))).toEqual([]);
});

test("another port, protocol or tier is dropped, counted, and told with its destination", async () => {
  const before = await fabric.counted(1, "forwarding/denied-to-outside");
  expect(await ask(near, 8081, mustNot)).toBe("timeout");
  expect(await ask(near, 8080, mustNot, "udp")).toBe("timeout");
  expect(await ask(db, 8080, mustNot)).toBe("timeout");
  expect(await fabric.counted(1, "forwarding/denied-to-outside")).toBeGreaterThanOrEqual(before + 3);
  const told = await denied();
  for (const [from, protocol, port] of [
    [3, "tcp", 8081],
    [3, "udp", 8080],
    [4, "tcp", 8080],
  ] as const)
    expect(told).toContainEqual(expect.objectContaining({ from, to: 0, protocol, port, destination: clientAddress }));
});

test("nobody outside reaches a workload through the address it speaks from", async () => {
  const before = await fabric.counted(1, "forwarding/undelivered");
  const question = { protocol: "tcp", address: egressAddress(1), port: 8080, timeout: mustNot } as const;
  expect(await fabric.askFromClient([question])).toEqual(["timeout"]);
  expect(await fabric.counted(1, "forwarding/undelivered")).toBeGreaterThan(before);
});

test("a rule for everything does not lead into the site: not to hosts, routers, or out of another interface", async () => {
  const everything = "web>::/0:8080";
  await fabric.apply(scene(everything));
  expect(await ask(near, 8080, must)).toBe(`internet ${egressAddress(1)}`);
  const host = fabric.host(1);
  await host.sh(
    "ip link add name mgmt type veth peer name far; ip link set mgmt up; ip link set far up; ip route add 2001:db8:9::/64 dev mgmt",
  );
  const drops = async () => ({
    fabric: await fabric.counted(1, "forward/egress-to-fabric", null),
    elsewhere: await fabric.counted(1, "forward/egress-elsewhere", null),
    own: await fabric.counted(1, "input/tenant-to-host", null),
  });
  const before = await drops();
  for (const address of [vtep(2), "fd00:0:0:2::2", "2001:db8:9::1", vtep(1)])
    expect(await ask(near, 8080, mustNot, "tcp", address)).toBe("timeout");
  const after = await drops();
  expect(after.fabric).toBeGreaterThanOrEqual(before.fabric + 2);
  expect(after.elsewhere).toBeGreaterThan(before.elsewhere);
  expect(after.own).toBeGreaterThan(before.own);
});

test("nor to what another host or router of the site has, wherever that is", async () => {
  const drops = () => fabric.counted(1, "forward/egress-to-fabric", null);
  expect(await ask(near, 8080, must)).toBe(`internet ${egressAddress(1)}`);
  const before = await drops();
  await fabric.apply({ ...scene("web>::/0:8080"), site: [clientAddress as Ipv6] });
  expect(await ask(near, 8080, mustNot)).toBe("timeout");
  expect(await drops()).toBeGreaterThan(before);
});

test("a rule that goes takes its connections along", async () => {
  await fabric.apply(scene(toServer));
  const held = await fabric.hold(near, clientAddress, 8080);
  expect(await held.say(must)).toBe(`internet ${egressAddress(1)}`);
  await fabric.apply(scene());
  expect(await held.say(mustNot)).toBe("timeout");
  expect(await ask(near, 8080, mustNot)).toBe("timeout");
  expect(addressOf(near)).toContain("fd77:");
});

test("by name: an address lets connections begin while its time lasts, and they live as long as the rule", async () => {
  const byName = "web>api.example.net:8080";
  await fabric.apply(scene(byName));
  const set = `inet netwright ${answersSet("api.example.net" as DomainPattern)}`;
  const admit = renderAdmissions([
    { pattern: "api.example.net" as DomainPattern, address: clientAddress as Ipv6, lifetime: seconds(5) },
  ]);
  expect(await ask(near, 8080, mustNot)).toBe("timeout");
  const host = fabric.host(1);
  // Twice: what is there is renewed, and nothing is refused.
  for (let count = 0; count < 2; count++) await host.sh(`nft '${admit}'`, "nwn-default.web");
  const held = await fabric.hold(near, clientAddress, 8080);
  expect(await ask(db, 8080, mustNot)).toBe("timeout");
  for (let tries = 0; (await host.sh(`nft list set ${set}`, "nwn-default.web")).includes(clientAddress); tries++) {
    expect(tries).toBeLessThan(600);
    await host.system.clock.sleep(milliseconds(100));
  }
  expect(await fabric.pending(scene(byName))).toEqual([]);
  await fabric.apply(scene(byName));
  expect(await held.say(must)).toBe(`internet ${egressAddress(1)}`);
  expect(await ask(near, 8080, mustNot)).toBe("timeout");
  await fabric.apply(scene("web>other.example.net:8080"));
  expect(await held.say(mustNot)).toBe("timeout");
});
