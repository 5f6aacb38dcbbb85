/** What measuring costs: HAProxy for each request whose latency it counts, an agent for each instance and second. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { KernelFiles } from "@netwright/contract";
import { latencyMap, latencyRules, latencySection } from "@netwright/drivers/proxy-haproxy/latency.ts";
import { containerMeter, readHierarchies } from "@netwright/drivers/runtime-crun/index.ts";
import { webInstance } from "@netwright/drivers/runtime-crun/example.ts";
import { kernelFiles, nodeFiles } from "@netwright/system";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";
import { background, run, until, type Background } from "./support/shell.ts";

const requests = 5000;
const member = "[::1]:19000";

/** A member that answers at once, and a proxy before it; nothing but the counting differs. */
function proxyConfig(directory: string, port: number, counting: boolean): string {
  const latencies = join(directory, "latencies");
  return `global
    nbthread 1
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    http-reuse safe
frontend front
    bind [::1]:${port}
    use_backend web
backend web
${counting ? latencyRules({ latencies }).join("\n") : ""}
    server web-1 ${member}
${counting ? latencySection : ""}
`;
}

const memberConfig = `global
    nbthread 1
defaults
    mode http
    timeout client 30s
    timeout connect 1s
    timeout server 1s
frontend member
    bind ${member}
    http-request return status 200 content-type text/plain string hello
`;

const directory = mkdtempSync(join(tmpdir(), "netwright-bench-metrics-"));

async function startProxy(name: string, text: string): Promise<Background> {
  const path = join(directory, `${name}.cfg`);
  writeFileSync(path, text);
  return background(["haproxy", "-db", "-f", path]);
}

/** Nanoseconds of CPU that the process has used (first field of schedstat, proc(5)). */
const used = (pid: number): number => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);

/** Shared by both sides: the last that ends takes it along. */
const members = { users: 0, process: undefined as Background | undefined };

function proxied(name: string, port: number, counting: boolean): Side {
  let proxy: Background;
  const load = (count: number) => run(["h2load", "--h1", "-n", `${count}`, "-c", "10", `http://[::1]:${port}/`]);
  return {
    prepare: async () => {
      writeFileSync(join(directory, "latencies"), latencyMap());
      members.users += 1;
      members.process ??= await startProxy("member", memberConfig);
      proxy = await startProxy(name, proxyConfig(directory, port, counting));
      await until(`${name} answers`, async () => / 0 failed, 0 errored/.test(await load(10).catch(() => "")));
    },
    run: async () => {
      const before = used(proxy.process.pid ?? 0);
      await load(requests);
      return (used(proxy.process.pid ?? 0) - before) / requests / 1000;
    },
    close: async () => {
      await proxy.stop();
      members.users -= 1;
      if (members.users === 0) await members.process?.stop();
    },
  };
}

const instances = 50;
const paths = { run: directory, state: directory, controlGroup: `/netwright-bench-${process.pid}` };

/** Reads what is counted of containers; @returns microseconds of CPU for each. */
function metered(read: (files: readonly string[]) => Promise<void>): Side {
  let groups: readonly string[] = [];
  let files: readonly string[] = [];
  return {
    prepare: async () => {
      const hierarchies = await readHierarchies(nodeFiles);
      const mounts = [...new Set(Object.values(hierarchies).map(({ mount }) => mount))];
      const meters = Array.from({ length: instances }, (_, index) =>
        containerMeter(webInstance({}, index + 1), hierarchies, paths),
      );
      groups = mounts.flatMap((mount) => meters.map(({ generation }) => `${mount}${paths.controlGroup}/${generation}`));
      for (const group of groups) mkdirSync(group, { recursive: true });
      const asked: string[] = [];
      const noting: KernelFiles = {
        read: (path) => {
          asked.push(path);
          return kernelFiles.read(path);
        },
      };
      for (const meter of meters) meter.read(noting);
      files = [...asked, ...meters.map(() => "/proc/self/net/dev")];
    },
    run: async () => {
      const before = process.cpuUsage();
      await read(files);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / instances;
    },
    close: async () => {
      // Both sides have the same ones.
      const made = [...groups, ...new Set(groups.map((group) => dirname(group)))];
      for (const path of made) if (existsSync(path)) rmdirSync(path);
    },
  };
}

export const benchmark: Benchmark = {
  name: "metrics",
  bar: "counting latencies costs a proxy at most 0.3 of what the barest request costs it: plain HTTP, a member that answers at once; measuring an instance, 1 ms of CPU a second",
  cases: async () => [
    {
      name: "a request through HAProxy, its latency counted, beside one that is not",
      unit: "µs of CPU",
      measured: proxied("counting", 19_001, true),
      baseline: proxied("plain", 19_002, false),
      bars: [{ of: "ratio", atMost: 1.3 }],
    },
    {
      name: "one look at a container's counters, beside the same files by promises",
      unit: "µs of CPU",
      measured: metered(async (files) => files.forEach((path) => kernelFiles.read(path))),
      baseline: metered(async (files) => void (await Promise.all(files.map((path) => nodeFiles.read(path))))),
      bars: [
        { of: "median", atMost: 1000 },
        { of: "ratio", atMost: 1 },
      ],
    },
  ],
};
