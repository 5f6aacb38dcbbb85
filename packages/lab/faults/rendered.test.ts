/** Plans as text: what nft and tc read is read by them in tests that may change the kernel. */
import { faultSchema, type Fault } from "@netwright/api";
import { describe, expect, test } from "vitest";
import { describeFault } from "./describe.ts";
import { mountOf, planDiskFull, readMounts } from "./disk-full.ts";
import { planCut, planPartition } from "./drops.ts";
import { conditionsOf } from "./match.ts";
import { netemWords, planNetem } from "./netem.ts";
import { planOff, planPause } from "./node-faults.ts";
import type { Device, FaultPlan } from "./plan.ts";
import { beginScript, endScript } from "./scripts.ts";
import { readSnapshots, restoreBatches } from "./snapshot.ts";
import { planWires } from "./wire-plan.ts";

const [a, b]: readonly [Device, Device] = [
  { node: "a", pid: 12, device: "b" },
  { node: "b", pid: 15, device: "a" },
];
const impairment = (impair: object): NonNullable<Fault["impair"]> =>
  faultSchema.parse({ link: "a-b", impair }).impair as NonNullable<Fault["impair"]>;
const addressesOf = (node: string): readonly string[] =>
  node === "a" ? ["2001:db8::1", "192.0.2.1"] : ["2001:db8::2"];
const all = {
  loss: "10%",
  delay: "20ms",
  jitter: "5ms",
  rate: "10mbit",
  reorder: "1%",
  duplicate: "2%",
  corrupt: "0.5%",
};

const wires = (impair: object, seed = 1): FaultPlan =>
  planWires({
    id: 3,
    program: "/opt/wire",
    devices: [a, b],
    subject: "a-b",
    seed,
    impair: impairment(impair),
    addressesOf,
  });
const scriptsOf = (plan: FaultPlan): string => {
  const directory = "/run/netwright/labs/x/faults/3";
  const files = Object.entries(plan.files ?? {}).filter(([name]) => name !== "processes.pl");
  return [
    `# begin\n${beginScript(directory, "0123", plan, 1500)}`,
    `# end\n${endScript(directory, "0123", plan)}`,
    ...files.map(([name, text]) => `# ${name}\n${text}`),
  ].join("\n");
};

test("every wire's scripts", async () => {
  await expect(scriptsOf(wires({ ...all, match: { protocol: "tcp", port: 443, to: "b" } }))).toMatchFileSnapshot(
    "golden/wires.txt",
  );
});

test("the seed decides with link and direction; the rest does not", () => {
  const seeds = (plan: FaultPlan): readonly string[] =>
    [...plan.begin.matchAll(/counters (\d+) /g)].map((match) => match[1] as string);
  expect(new Set(seeds(wires({ loss: "10%" }))).size).toBe(2);
  expect(seeds(wires({ loss: "20%" }))).toEqual(seeds(wires({ loss: "10%" })));
  expect(seeds(wires({ loss: "10%" }, 2))).not.toEqual(seeds(wires({ loss: "10%" }, 1)));
});

test("netem in the words of tc(8), and taken away only where it is ours", async () => {
  expect(netemWords(impairment(all)).join(" ")).toBe(
    "limit 100000 delay 20ms 5ms reorder 1% loss 10% duplicate 2% corrupt 0.5% rate 10000000bit",
  );
  await expect(scriptsOf(planNetem([a], impairment({ loss: "10%" })))).toMatchFileSnapshot("golden/netem.txt");
});

test("a cut of one direction, and a partition", async () => {
  const partition = planPartition(4, [
    { devices: [a], from: [{ macs: ["02:00:00:00:00:01"], addresses: ["fd00::2", "192.0.2.2"] }] },
  ]);
  const plans = [planCut(4, [{ from: a, to: b }]), partition];
  await expect(plans.map(({ begin, end }) => `${begin}\n\n${end}\n`).join("\n")).toMatchFileSnapshot(
    "golden/drops.txt",
  );
});

describe("conditions", () => {
  test.each([
    [{}, [""]],
    [{ protocol: "tcp" }, ["meta l4proto tcp"]],
    [{ port: 53 }, ["meta l4proto { tcp, udp } th sport 53", "meta l4proto { tcp, udp } th dport 53"]],
    [{ from: "a", to: "b" }, ["ip6 saddr { 2001:db8::1 } ip6 daddr { 2001:db8::2 }"]],
    [{ from: "192.0.2.0/24" }, ["ip saddr { 192.0.2.0/24 }"]],
    [{ protocol: "arp-nd" }, ["ether type arp", "icmpv6 type { 133-137 }"]],
    [{ protocol: "icmp" }, ["meta l4proto icmp", "icmpv6 type != { 133-137 }"]],
  ] as const)("%j", (match, expected) => {
    expect(conditionsOf(match as never, addressesOf)).toEqual(expected);
  });
});

test("a node that is paused, and one without power", async () => {
  const snapshot = { links: [], neighbors: [], routes6: [], routes4: [] };
  const off = planOff({ node: "a", pid: 12, devices: ["b"], isSwitch: false, snapshot });
  await expect([planPause(a), off].map(scriptsOf).join("\n\n")).toMatchFileSnapshot("golden/nodes.txt");
  expect(planOff({ node: "s", pid: 12, devices: ["b"], isSwitch: true, snapshot }).begin).not.toContain("forget");
});

test("what a device was told by hand is told again; what daemons told it is not", () => {
  const output = `@ 12 links
[{"ifname":"b","mtu":1500,"address":"02:00:00:00:00:01","addr_info":[{"family":"inet6","local":"fd00::1","prefixlen":64,"scope":"global"},{"family":"inet","local":"192.0.2.1","prefixlen":24,"scope":"global"}]},{"ifname":"c","mtu":1500,"addr_info":[]}]
@ 12 neighbors
[{"dst":"fd00::2","dev":"b","lladdr":"02:00:00:00:00:02","state":["PERMANENT"]},{"dst":"fd00::3","dev":"c","lladdr":"02:00:00:00:00:03","state":["PERMANENT"]}]
@ 12 routes6
fd00::/64 dev b proto kernel metric 256 pref medium
default via fd00::2 dev b metric 1024 pref medium
2001:db8:1::/48 via fd00::2 dev b proto bird metric 32 pref medium
2001:db8:2::/48 metric 1024 pref medium \\	nexthop via fd00::2 dev b weight 1 \\	nexthop via fd00::3 dev c weight 1
local fd00::1 dev b table local proto kernel metric 0 pref medium
@ 12 routes4
198.51.100.0/24 dev b scope link linkdown
`;
  const snapshot = readSnapshots(output).get(12);
  expect(snapshot && restoreBatches(snapshot, ["b"])).toEqual({
    batch6: `addr add fd00::1/64 dev b nodad
neigh replace fd00::2 lladdr 02:00:00:00:00:02 dev b nud permanent
route replace default via fd00::2 dev b metric 1024
route replace 2001:db8:2::/48 metric 1024 nexthop via fd00::2 dev b weight 1 nexthop via fd00::3 dev c weight 1
`,
    batch4: `addr add 192.0.2.1/24 dev b
route replace 198.51.100.0/24 dev b scope link
`,
  });
});

test("the file system of a path is the last mount of the deepest above it", () => {
  const mounts = readMounts(`1 0 8:1 / / rw - ext4 /dev/sda rw
2 1 0:30 / /run rw shared:1 - tmpfs x rw,size=100k,mode=755
3 1 0:31 / /run rw - tmpfs y rw,mode=755
4 1 0:32 / /with\\040space rw - tmpfs z rw
`);
  expect(mountOf(mounts, "/run/a")).toMatchObject({ device: "0:31", mountPoint: "/run" });
  expect(mountOf(mounts, "/runner")).toMatchObject({ device: "8:1" });
  expect(mountOf(mounts, "/with space")).toMatchObject({ device: "0:32" });
  const own = mountOf(mounts, "/run") as NonNullable<ReturnType<typeof mountOf>>;
  expect(planDiskFull(a, { ...own, options: ["rw", "size=100k"] }, 0).end).toContain("remount,size=100k");
  expect(planDiskFull(a, own, 0).end).toContain("remount,size=50%");
  expect(planDiskFull(a, { ...own, type: "ext4" }, 4096).begin).toContain("fallocate");
});

test.each([
  [
    { link: "a-b", impair: all, from: "a", for: "5s" },
    "a-b: delay 20ms +-5ms, loss 10%, reorder 1%, duplicate 2%, corrupt 0.5%, rate 10mbit, from a, for 5s",
  ],
  [{ partition: [["a", "b"], ["c"]], oneWay: true }, "partition: a b -> c"],
  [{ link: "a-b", flap: { every: "2s", down: "500ms" } }, "a-b: down 500ms of every 2s"],
  [{ node: "a", kill: "bird", signal: "TERM", for: "3s" }, "a: bird gets SIGTERM and stays dead for 3s"],
  [{ node: "a", diskFull: "/run", leave: "64Ki" }, "a: /run has 64Ki left"],
  [{ node: "a", clock: "-90s" }, "a: clock -90s"],
])("%j in words", (fault, words) => {
  expect(describeFault(faultSchema.parse(fault))).toBe(words);
});
