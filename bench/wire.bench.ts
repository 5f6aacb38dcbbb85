/** A link whose frames go through the wire, beside a plain one between the same nodes. */
import { faultSchema, kinds, type Lab } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import { beginFault, down, runIn, up, type LabContext } from "@netwright/lab";
import { nodeFiles, nodeProcesses, nodeRunner } from "@netwright/system";
import type { Benchmark, Side } from "../tools/measure/benchmark.ts";

const context: LabContext = {
  runner: nodeRunner,
  files: nodeFiles,
  processes: nodeProcesses,
  clock: systemClock,
  entropy: systemEntropy,
};
const lab = "bench-wire";
const probe = new URL("../packages/lab/testdata/probe.pl", import.meta.url).pathname;
const ends = [{ node: "a" }, { node: "b" }];
const manifest = kinds.Lab.complete(
  kinds.Lab.schema.parse({
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Lab",
    metadata: { name: lab },
    spec: {
      nodes: ends.map(({ node }) => ({ name: node, role: "Linux" })),
      links: ["wired", "plain"].map((name) => ({ name, ends })),
    },
  }),
) as Lab;

async function at(node: string, ...command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runIn(context, { lab, node, command });
  if (code === 0) return stdout;
  throw new NetwrightError("NW1601", `${command.join(" ")} ended with ${code}: ${stderr.trim()}`);
}

/** By the link's name, where b is reached over it. */
async function start(): Promise<(link: string) => string> {
  const programs = { server: ["false"], agent: ["false"] } as const;
  const { record } = await up(context, { name: lab, manifest, programs });
  await at("b", "sh", "-c", `perl ${probe} echo 7000 >/dev/null 2>&1 & iperf3 -s -D`);
  return (link) => record.topology.links.find(({ name }) => name === link)?.ends[1].address ?? "";
}

/** Before each round: what was asked of the link before is taken back. */
async function impair(impairment: object): Promise<() => Promise<void>> {
  const fault = faultSchema.parse({ link: "wired", impair: { ...impairment, seed: 1 } });
  const outcome = await beginFault(context, lab, fault, { seed: 1 });
  if (outcome.kind === "Active") return () => outcome.fault.end();
  throw new NetwrightError("NW1603", outcome.reason);
}

/** @returns milliseconds of the median round trip of a hundred */
async function roundTrip(address: string): Promise<number> {
  const [, median = ""] = (await at("a", "perl", probe, "ask", address, "7000", "100", "64")).split(" ");
  return Number(median);
}

/** @returns Mbit/s that arrived */
async function throughput(address: string): Promise<number> {
  const { end } = JSON.parse(await at("a", "iperf3", "-c", address, "-t", "2", "-J")) as {
    end: { sum_received: { bits_per_second: number } };
  };
  return end.sum_received.bits_per_second / 1e6;
}

const impaired = (impairment: object, measure: () => Promise<number>): Side => ({
  run: async () => {
    const end = await impair(impairment);
    try {
      return await measure();
    } finally {
      await end();
    }
  },
});

export const benchmark: Benchmark = {
  name: "wire",
  bar: "adds at most 0.5 ms to a round trip of 20 ms, and carries at least 1 Gbit/s",
  cases: async () => {
    const addressOn = await start();
    const [wired, plain] = [addressOn("wired"), addressOn("plain")];
    return [
      {
        name: "added to 20 ms, beside a plain round trip",
        bars: [{ of: "median", atMost: 0.5 }],
        measured: impaired({ delay: "10ms" }, async () => (await roundTrip(wired)) - 20),
        baseline: { run: () => roundTrip(plain) },
      },
      {
        name: "iperf3",
        unit: "Mbit/s",
        bars: [{ of: "median", atLeast: 1000 }],
        measured: {
          ...impaired({ rate: "100gbit" }, () => throughput(wired)),
          close: async () => void (await down(context, { name: lab })),
        },
        baseline: { run: () => throughput(plain) },
      },
    ];
  },
};
