/** `netwright doctor` on a machine with everything in the way that a machine may have: real sockets, links, rules. */
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestNode } from "@netwright/drivers/testing/node.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Finding } from "./finding.ts";

const program = join(import.meta.dirname, "../../../bin/netwright");
const directory = mkdtempSync(join(tmpdir(), "netwright-doctor-test-"));
const file = join(directory, "site.yaml");

const hostManifest = (name: string, id: number, vtep: string): string => `---
apiVersion: netwright.dev/v1alpha1
kind: Host
metadata: { name: ${name} }
spec:
  id: ${id}
  vtep: "${vtep}"
  mtu: 1570
  uplinks: [{ interface: eth1, router: edge1, localAddress: "fd00:0:0:2::${name === "host1" ? 1 : 3}", peerAddress: "fd00:0:0:2::" }]
`;
const site = `
apiVersion: netwright.dev/v1alpha1
kind: AddressPool
metadata: { name: default }
spec: { prefixes: ["2001:db8:100::/64"] }
---
apiVersion: netwright.dev/v1alpha1
kind: Router
metadata: { name: edge1 }
spec: { asn: 64510, routerId: 192.0.2.1 }
${hostManifest("host1", 1, "fd00:0:0:1::1")}`;

let host: TestNode;
let edge: TestNode;
beforeAll(async () => {
  [host, edge] = await Promise.all([TestNode.start(), TestNode.start()]);
  await host.sh(`ip link add eth1 mtu 1570 type veth peer name eth2 mtu 1570 netns ${edge.pid}
    ip address add fd00:0:0:2::1/127 dev eth1 nodad; ip link set eth1 up; ip address add fd00:0:0:1::1/128 dev lo nodad`);
  await edge.sh(
    "ip address add fd00:0:0:2::/127 dev eth2 nodad; ip link set eth2 up; sysctl -qw net.ipv6.conf.all.forwarding=1",
  );
  // Until the kernel has seen that the link is up nothing goes out; then it gives the device its own address.
  const settled = (device: string): string =>
    `until ip -o -6 address show dev ${device} scope link | grep -qv tentative; do sleep 0.1; done`;
  await Promise.all([host.sh(settled("eth1")), edge.sh(settled("eth2"))]);
  writeFileSync(file, site);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await edge[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

async function doctor(...options: readonly string[]) {
  const paths = ["--run", join(directory, "run"), "--state", directory];
  const { code, stdout, stderr } = await host.system.runner.run(
    [program, "doctor", "-f", file, "--as", "host1", "-o", "json", ...paths, ...options],
    { timeout: 30_000 as never },
  );
  if (stdout === "") throw new Error(stderr);
  return { code, findings: JSON.parse(stdout) as readonly Finding[] };
}
const problems = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ verdict }) => verdict === "Problem")
    .map(({ code, subject, message }) => `${code} ${subject}: ${message}`);

/** What must not change. */
const everything = (): Promise<string> =>
  host.sh(
    "ip -o link; ip -o address; ip -6 route; nft list ruleset; sysctl net.ipv6.conf.all.forwarding net.ipv6.fib_multipath_hash_policy",
  );

test("a machine that is ready has no problem, and is as it was", async () => {
  const before = await everything();
  const { code, findings } = await doctor();
  expect(problems(findings)).toEqual([]);
  expect(code).toBe(0);
  expect(
    findings.map(({ message }) => message),
    JSON.stringify(findings),
  ).toContain("packets of 1570 octets pass to 1 of 1 neighbours and hosts");
  expect(await everything()).toBe(before);
});

test("everything in the way is found, named, and left alone", async () => {
  const listener = `require("net").createServer().listen({port:179,host:"::",ipv6Only:true});
    require("dgram").createSocket("udp6").bind(3784,"fd00:0:0:2::1",()=>console.log("ready"))`;
  const daemon = host.spawn(["node", "-e", listener]);
  await new Promise((resolve) => daemon.stdout?.once("data", resolve));
  // By its name alone: a process in this network namespace, and one of another.
  const bgpd = join(directory, "bgpd");
  copyFileSync("/bin/sleep", bgpd);
  chmodSync(bgpd, 0o755);
  const routing = host.spawn([bgpd, "60"]);
  edge.spawn([bgpd, "60"]);
  await host.sh(`ip link add tunnel type vxlan id 5 dstport 4789 dev eth1
    ip address add fd00:0:0:1::2/128 dev lo nodad; ip address add 2001:db8:100::9/128 dev lo nodad
    ip link set eth1 mtu 1500
    nft 'add table inet filter { chain input { type filter hook input priority 0; policy drop; tcp dport { 22, 179 } accept; ct state established accept; meta l4proto ipv6-icmp accept; }; }'`);
  writeFileSync(file, `${site}${hostManifest("host2", 1, "fd00:0:0:1::2")}`);
  const before = await everything();
  const { code, findings } = await doctor();
  expect(code).toBe(1);
  expect(problems(findings).map((line) => line.replace(/process \d+/, "process PID"))).toEqual([
    "NW1901 tcp port 179: node (process PID) listens on ::",
    "NW1901 udp port 3784: node (process PID) listens on fd00:0:0:2::1",
    "NW1901 tunnel: this VXLAN device of others uses UDP port 4789",
    "NW1905 routing: bgpd (FRR or OpenBGPD, process PID) runs here already",
    "NW1906 table inet filter, chain input: drops BFD",
    "NW1906 table inet filter, chain input: drops VXLAN",
    "NW1902 host/host2: host number 1 is also that of host/host1",
    "NW1902 host/host2: AS number 4200000001 is also that of host/host1",
    "NW1902 lo: 2001:db8:100::9 lies in the address pool 2001:db8:100::/64",
    "NW1902 lo: fd00:0:0:1::2 belongs to host/host2",
    "NW1904 eth1: its MTU is 1500; spec.mtu of host/host1 is 1570",
  ]);
  expect(await everything()).toBe(before);
  daemon.kill();
  routing.kill();
  await host.sh(`ip link del tunnel; ip link set eth1 mtu 1570; nft delete table inet filter
    ip address del fd00:0:0:1::2/128 dev lo; ip address del 2001:db8:100::9/128 dev lo`);
  writeFileSync(file, site);
});

test("a narrow way beyond the own device is found by packets of full size", async () => {
  await edge.sh("ip link set eth2 mtu 1500");
  expect(problems((await doctor()).findings)).toEqual([
    "NW1909 path: packets of 1570 octets to edge1 (fd00:0:0:2::) are lost; small ones pass",
  ]);
});

test("a server that is named and not there is a problem; a node that nobody knows is refused", async () => {
  const token = join(directory, "token");
  writeFileSync(token, "x\n");
  const { code, findings } = await doctor("--server", "https://[::1]:7443", "--token-file", token);
  expect(code).toBe(1);
  expect(problems(findings)[0]).toMatch(/^NW1505 server: .*nothing listens there/);
  await expect(doctor("--as", "host9")).rejects.toThrow(/NW1501.*host9/);
});
