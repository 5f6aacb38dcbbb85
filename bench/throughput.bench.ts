/** One TCP connection from a workload to a workload on another host, beside a VXLAN made by hand. */
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { startLab, type BenchLab } from "./support/lab.ts";
import { inside, ip, unwire, wire } from "./support/namespaces.ts";
import { background, run, until, type Background } from "./support/shell.ts";

const tier = (name: string, command: string, more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${name} }
spec:
  network: bench
  tiers: [{ name: main, workload: { image: host, command: [${command}], port: 5201 } }]
${more}`;

const manifest = [
  tier("listener", "iperf3, -s", "  allow: [{ from: { service: talker, tier: main }, to: main, port: 5201 }]"),
  tier("talker", "iperf3, -s"),
].join("\n---\n");

/** @returns Mbit/s that arrived */
async function iperf(command: readonly string[]): Promise<number> {
  const { end } = JSON.parse(await run(command)) as { end: { sum_received: { bits_per_second: number } } };
  return end.sum_received.bits_per_second / 1e6;
}

const client = (address: string): readonly string[] => ["iperf3", "-c", address, "-t", "2", "-J"];

function tenant(): Case["measured"] {
  let lab: BenchLab;
  let command: readonly string[] = [];
  const place = async (name: string): Promise<{ readonly host: string; readonly address: string }> =>
    (await lab.client.get({ kind: "Instance", name, project: "default" })).spec as never;
  return {
    prepare: async () => {
      lab = await startLab("bench-throughput");
      const directory = mkdtempSync(join(tmpdir(), "netwright-bench-"));
      const file = join(directory, "pair.yaml");
      writeFileSync(file, manifest);
      await lab.netwright("apply", "-f", file);
      rmSync(directory, { recursive: true });
      const [talker, listener] = [await place("talker-main-1"), await place("listener-main-1")];
      if (talker.host === listener.host) throw new RangeError(`Invariant: two hosts, not ${talker.host} alone`);
      command = lab.at(talker.host, ...inside("nww-default.talker-main-1", ...client(listener.address)));
    },
    run: () => iperf(command),
    close: () => lab.down(),
  };
}

/** Two hosts at one router, a tunnel with a bridge at each end, a workload at each bridge. */
function byHand(): Case["measured"] {
  let names: readonly string[] = [];
  let server: Background;
  const host = async (self: number, other: number): Promise<void> => {
    await ip(`netns add bench-w${self}`);
    await ip(
      `link add vxlan type vxlan id 7 local fd00:9:${self}::2 remote fd00:9:${other}::2 dstport 4789 udp6zerocsumtx udp6zerocsumrx
link add br0 type bridge
link set dev vxlan mtu 1430 master br0 up
link add name w mtu 1430 type veth peer name eth0 mtu 1430 netns bench-w${self}
link set dev w master br0 up
link set dev br0 mtu 1430 up`,
      `bench-h${self}`,
    );
    await ip(`link set dev eth0 up\naddr add fd00:8::${self}/64 dev eth0 nodad`, `bench-w${self}`);
  };
  return {
    prepare: async () => {
      const links = [1, 2].map((end) => ({ a: "bench-edge", b: `bench-h${end}`, prefix: `fd00:9:${end}:0` }));
      const route = (end: number): readonly string[] => [`route add default via fd00:9:${end}::1`];
      names = [...(await wire(links, { "bench-h1": route(1), "bench-h2": route(2) })), "bench-w1", "bench-w2"];
      await host(1, 2);
      await host(2, 1);
      server = background(inside("bench-w2", "iperf3", "-s"));
      await until("iperf3 answers", () =>
        run(inside("bench-w1", "iperf3", "-c", "fd00:8::2", "-n", "1k")).then(
          () => true,
          () => false,
        ),
      );
    },
    run: () => iperf(inside("bench-w1", ...client("fd00:8::2"))),
    close: async () => {
      await server.stop();
      await unwire(names);
    },
  };
}

export const benchmark: Benchmark = {
  name: "throughput",
  bar: "TCP from workload to workload across hosts: at least 0.95 times a VXLAN made by hand",
  cases: async () => [
    {
      name: "iperf3",
      unit: "Mbit/s",
      bars: [{ of: "ratio", atLeast: 0.95 }],
      measured: tenant(),
      baseline: byHand(),
      rounds: 8,
    },
  ],
};
