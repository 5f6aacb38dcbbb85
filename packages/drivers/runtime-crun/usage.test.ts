import type { KernelFiles } from "@netwright/contract";
import { expect, test } from "vitest";
import type { Hierarchies } from "./control-groups.ts";
import { webInstance } from "./example.ts";
import { containerMeter, pressureIn } from "./usage.ts";
import { generationOf } from "./want.ts";

const paths = { run: "/run/nw", state: "/var/lib/nw" };
const instance = webInstance();
const group = `/netwright/${generationOf(instance)}`;

const meterOn = (hierarchies: Hierarchies, files: Readonly<Record<string, string>>) => {
  const kernel: KernelFiles = { read: (path) => files[path] };
  const meter = containerMeter(instance, hierarchies, paths);
  return { usage: meter.read(kernel), pid: meter.pid(kernel) };
};

test("version 1: CPU time and throttling in nanoseconds, memory without inactive files", () => {
  const v1 = (mount: string) => ({ version: 1, mount: `/cg/${mount}` }) as const;
  const { usage, pid } = meterOn(
    { cpu: v1("cpu"), cpuacct: v1("cpuacct"), memory: v1("memory"), pids: v1("pids") },
    {
      [`/cg/cpuacct${group}/cpuacct.usage`]: "1500000000\n",
      [`/cg/cpu${group}/cpu.stat`]: "nr_periods 12\nnr_throttled 3\nthrottled_time 250000000\n",
      [`/cg/memory${group}/memory.usage_in_bytes`]: "1000000\n",
      [`/cg/memory${group}/memory.stat`]: "cache 400000\ninactive_file 7\ntotal_inactive_file 300000\n",
      [`/run/nw/crun/${generationOf(instance)}/pid`]: "77",
      "/proc/77/cgroup": `5:pids:${group}\n`,
    },
  );
  expect(usage).toEqual({ cpu: 1.5, throttled: 0.25, memory: 700_000 });
  expect(pid).toBe(77);
});

test("version 2: microseconds, and pressure", () => {
  const v2 = { version: 2, mount: "/cg" } as const;
  const pressure = (total: number) =>
    `some avg10=1.00 avg60=0.50 avg300=0.10 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n`;
  const { usage } = meterOn(
    { cpu: v2, memory: v2, io: v2 },
    {
      [`/cg${group}/cpu.stat`]: "usage_usec 2000000\nuser_usec 1\nnr_periods 0\nthrottled_usec 30000\n",
      [`/cg${group}/memory.current`]: "4096\n",
      [`/cg${group}/memory.stat`]: "anon 1\ninactive_file 8192\n",
      [`/cg${group}/cpu.pressure`]: pressure(1_250_000),
      [`/cg${group}/memory.pressure`]: pressure(0),
      [`/cg${group}/io.pressure`]: pressure(10_000),
    },
  );
  expect(usage).toEqual({
    cpu: 2,
    throttled: 0.03,
    memory: 0,
    cpuPressure: 1.25,
    memoryPressure: 0,
    ioPressure: 0.01,
  });
});

test("what is not counted is absent, and not zero", () => {
  const { usage, pid } = meterOn({ cpu: { version: 1, mount: "/cg" }, memory: { version: 1, mount: "/cg" } }, {});
  expect(usage).toEqual({});
  expect(pid).toBeUndefined();
  expect(pressureIn("full avg10=0.00 total=5")).toBeUndefined();
});

test("a process with its number, in another group, is somebody else", () => {
  const files = { [`/run/nw/crun/${generationOf(instance)}/pid`]: "77", "/proc/77/cgroup": "5:pids:/init.scope\n" };
  expect(meterOn({}, files).pid).toBeUndefined();
});
