import { expect, test } from "vitest";
import { cpuIn, interfaceIn, memoryIn, readProcess } from "./host-usage.ts";

test("CPU time: neither idle nor waiting for disks nor stolen, guests once", () => {
  const stat = "cpu  1000 100 500 9000 300 50 50 70 20 0\ncpu0 1 1\ncpu1 1 1\nintr 5\n";
  expect(cpuIn(stat)).toEqual({ cpu: 17, steal: 0.7, cpuLimit: 2 });
  expect(cpuIn("")).toEqual({});
});

test("memory", () => {
  expect(memoryIn("MemTotal:        1000 kB\nMemFree: 10 kB\nMemAvailable:    400 kB\n")).toEqual({
    memory: 600 * 1024,
    memoryLimit: 1000 * 1024,
  });
  expect(memoryIn("MemTotal: 1000 kB\n")).toEqual({});
});

test("the instance's own interface, not lo", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    9999      99    0    0    0     0          0         0     9999      99    0    0    0     0       0          0
  eth0: 1234567    1000    0    0    0     0          0         0  7654321    2000    0    0    0     0       0          0
`;
  expect(interfaceIn(text)).toEqual({ received: 1_234_567, receivedPackets: 1000, sent: 7_654_321, sentPackets: 2000 });
  expect(interfaceIn("")).toEqual({});
});

test("a process", () => {
  const files: Record<string, string> = {
    "/proc/7/schedstat": "1500000000 250000000 42\n",
    "/proc/7/status": "Name:\thaproxy\nVmRSS:\t    2048 kB\n",
  };
  expect(readProcess({ read: (path) => files[path] }, 7)).toEqual({ cpu: 1.5, cpuPressure: 0.25, memory: 2_097_152 });
  expect(readProcess({ read: () => undefined }, 7)).toEqual({});
});
