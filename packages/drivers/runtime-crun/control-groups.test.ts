import { expect, test } from "vitest";
import { killCountFile, limits, mountsOf, parseHierarchies, unifiedMount, unmetLimits } from "./control-groups.ts";

const line = (mount: string, type: string, options: string) =>
  `36 32 0:31 / ${mount} rw,relatime shared:9 - ${type} cgroup rw,${options}\n`;
const tmpfs = (mount: string) => `30 1 0:30 / ${mount} rw - tmpfs tmpfs rw\n`;
const root = "/sys/fs/cgroup";

const v1 =
  tmpfs(root) +
  line(`${root}/cpu,cpuacct`, "cgroup", "cpu,cpuacct") +
  line(`${root}/memory`, "cgroup", "memory") +
  line(`${root}/pids`, "cgroup", "pids");
const hybrid = v1 + line(`${root}/unified`, "cgroup2", "nsdelegate");
const v2 = line(root, "cgroup2", "nsdelegate");

const disk = "254:0";
const resources = { cpuMillis: 250, memoryBytes: 64_000_000, pids: 10 };
const values = (assignments: ReturnType<typeof limits>) => assignments.map(({ file, value }) => `${file} ${value}`);

test("version 1, also beside an empty version 2", () => {
  expect(parseHierarchies(hybrid, "hugetlb")).toEqual(parseHierarchies(v1, ""));
  expect(unifiedMount(hybrid)).toBe(`${root}/unified`);
  expect(values(limits(resources, parseHierarchies(v1, ""), "/nw/x", disk))).toEqual([
    `${root}/cpu,cpuacct/nw/x/cpu.cfs_period_us 100000`,
    `${root}/cpu,cpuacct/nw/x/cpu.cfs_quota_us 25000`,
    `${root}/memory/nw/x/memory.limit_in_bytes 64000000`,
    `${root}/memory/nw/x/memory.memsw.limit_in_bytes 64000000`,
    `${root}/pids/nw/x/pids.max 12`,
  ]);
  expect(killCountFile(parseHierarchies(v1, ""), "/nw/x")).toBe(`${root}/memory/nw/x/memory.oom_control`);
});

test("version 2", () => {
  const hierarchies = parseHierarchies(v2, "cpuset cpu io memory pids\n");
  expect(mountsOf(hierarchies)).toEqual([{ version: 2, mount: root }]);
  expect(values(limits(resources, hierarchies, "/nw/x", disk))).toEqual([
    `${root}/nw/x/cpu.max 25000 100000`,
    `${root}/nw/x/memory.max 64000000`,
    `${root}/nw/x/memory.swap.max 0`,
    `${root}/nw/x/pids.max 12`,
  ]);
  expect(killCountFile(hierarchies, "/nw/x")).toBe(`${root}/nw/x/memory.events`);
});

test("controllers that nobody offers are absent, and so are their limits", () => {
  const hierarchies = parseHierarchies(v2, "hugetlb");
  expect(hierarchies).toEqual({});
  expect(limits(resources, hierarchies, "/nw/x", disk)).toEqual([]);
  expect(killCountFile(hierarchies, "/nw/x")).toBeUndefined();
});

test("no limit asked for, none written, but that of processes", () => {
  const none = { cpuMillis: null, memoryBytes: null, pids: 5 };
  expect(values(limits(none, parseHierarchies(v1, ""), "/nw/x", disk))).toEqual([`${root}/pids/nw/x/pids.max 7`]);
});

test("what lies under a later mount is not seen", () => {
  const covered = v1 + tmpfs(root) + line(`${root}/memory`, "cgroup", "memory");
  expect(Object.keys(parseHierarchies(covered, ""))).toEqual(["memory"]);
});

const io = { readBytes: 2 ** 20, writeBytes: 2 ** 21, readOperations: 100, writeOperations: 200 };
const blkio = v1 + line(`${root}/blkio`, "cgroup", "blkio");

test("reading and writing a disk", () => {
  const asked = { ...resources, io };
  expect(values(limits(asked, parseHierarchies(blkio, ""), "/nw/x", disk)).slice(-4)).toEqual([
    `${root}/blkio/nw/x/blkio.throttle.read_bps_device 254:0 1048576`,
    `${root}/blkio/nw/x/blkio.throttle.write_bps_device 254:0 2097152`,
    `${root}/blkio/nw/x/blkio.throttle.read_iops_device 254:0 100`,
    `${root}/blkio/nw/x/blkio.throttle.write_iops_device 254:0 200`,
  ]);
  const some = { ...resources, io: { writeBytes: 5000, readOperations: 7 } };
  expect(values(limits(some, parseHierarchies(v2, "cpu io memory pids"), "/nw/x", disk)).at(-1)).toBe(
    `${root}/nw/x/io.max 254:0 wbps=5000 riops=7`,
  );
  const without = values(limits(resources, parseHierarchies(blkio, ""), "/nw/x", disk));
  expect(values(limits(asked, parseHierarchies(blkio, ""), "/nw/x", null))).toEqual(without);
});

test("what has no effect is told, if it was asked for", () => {
  const asked = { ...resources, io };
  const nothing = "has no effect: this host has no control group hierarchy with it";
  expect(unmetLimits(asked, {}, disk)).toEqual(
    ["cpu", "memory", "pids", "io"].map((name) => `its limit of ${name} ${nothing}`),
  );
  expect(unmetLimits({ cpuMillis: null, memoryBytes: null, pids: 5 }, {}, null)).toEqual([
    `its limit of pids ${nothing}`,
  ]);
  expect(unmetLimits(asked, parseHierarchies(blkio, ""), disk)).toEqual([]);
  expect(unmetLimits(asked, parseHierarchies(blkio, ""), null)).toEqual([
    "its limits of io hold for volumes only: the agent's state directory is on no disk",
  ]);
});
