/**
 * What a load balancer costs: the two drivers, and HAProxy in TCP mode in their place, beside plain routes that lead the
 * same way: the same hosts, tunnels, translation at the members, client and members.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { median } from "../tools/measure/statistics.ts";
import { Balanced, url, ways, type Way } from "./support/balanced.ts";
import { processorTimes, shareOf } from "./support/processors.ts";
import { monotonic, sleep } from "./support/shell.ts";
import { told, toldBeside } from "./support/told.ts";
import { parseWrk, wrkCommand, type Storm } from "./support/wrk.ts";

/** Each way has its turn in each. */
const roundsMost = 6;
/** Of each of the two storms in a round; wrk takes whole ones. */
const seconds = 1;
const processors = availableParallelism();

interface Figures {
  /** A second. */
  readonly connections: number;
  readonly requests: number;
  readonly packets: number;
  /** Microseconds of all processors' time, a connection: what the kernel does for packets is no process's. */
  readonly cpu: number;
  /** The generator's part of all processors' time, in percent. */
  readonly generator: number;
}

const storm = async ({ fabric }: Balanced, close: boolean): Promise<Storm> =>
  parseWrk(await fabric.client.sh(wrkCommand(url, seconds, close)));

async function measure(it: Balanced): Promise<Figures> {
  await it.forget();
  const [times, freshAt] = [processorTimes(), monotonic()];
  const { rate, requests, cpu } = await storm(it, true);
  const spent = (shareOf(times, processorTimes()).busy * processors * (monotonic() - freshAt)) / 1000;
  const [sent, began] = [await it.sent(), monotonic()];
  const kept = await storm(it, false);
  const packets = ((await it.sent()) - sent) / ((monotonic() - began) / 1000);
  return {
    connections: rate,
    requests: kept.rate,
    packets,
    cpu: (spent * 1e6) / requests,
    generator: (cpu / (seconds * processors)) * 100,
  };
}

async function busyAtRest(): Promise<number> {
  const times = processorTimes();
  await sleep(2000);
  return shareOf(times, processorTimes()).busy;
}

type Found = ReadonlyMap<Way, Figures[]>;
const valuesOf = (found: Found, way: Way, key: keyof Figures): readonly number[] =>
  (found.get(way) ?? []).map((each) => each[key]);

const rates = [
  ["new connections", "connections"],
  ["requests, connections kept", "requests"],
  ["packets from the client, connections kept", "packets"],
] as const;

const beside = (found: Found, way: Way, key: keyof Figures): Parameters<typeof toldBeside>[2] => [
  valuesOf(found, way, key),
  valuesOf(found, "plain routes", key),
];

const ratesOf = (way: Way, found: Found): readonly Case[] =>
  rates.map(([what, key]) =>
    toldBeside(
      `${way}: ${what}`,
      "/s",
      beside(found, way, key),
      ...(way === "eBPF" && key === "connections" ? [{ of: "ratio", atLeast: 0.9 } as const] : []),
    ),
  );

function cpuOf(way: Way, found: Found): readonly Case[] {
  const [own, plain] = beside(found, way, "cpu");
  // All else is the same: the difference arises where the load balancer is.
  const more = median(own) - median(plain);
  return [
    toldBeside(`${way}: CPU a connection, all hosts`, "us", [own, plain]),
    told(`${way}: CPU a connection, beyond plain routes`, "us", more),
  ];
}

async function compared(rounds: number): Promise<readonly Case[]> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  const standing = new Map<Way, Balanced>();
  const found: Found = new Map(ways.map((way) => [way, []]));
  try {
    for (const way of ways) standing.set(way, await Balanced.start(way, directory));
    const others = await busyAtRest();
    const times = processorTimes();
    for (let round = 0; round < rounds; round++)
      for (const [way, it] of round % 2 === 0 ? standing : [...standing].toReversed())
        found.get(way)?.push(await measure(it));
    const { steal } = shareOf(times, processorTimes());
    const generators = [...found.values()].flat().map(({ generator }) => generator);
    const balancers = ways.slice(1);
    return [
      ...balancers.flatMap((way) => ratesOf(way, found)),
      ...balancers.flatMap((way) => cpuOf(way, found)),
      told("generator", "% of all CPU", median(generators)),
      told("busy with others before", "%", others * 100),
      told("taken by others (steal)", "%", steal * 100),
    ];
  } finally {
    for (const it of standing.values()) await it[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  }
}

export const benchmark: Benchmark = {
  name: "load-balancers",
  bar: "new connections through eBPF: at least 0.9 times those over plain routes; nftables and HAProxy in TCP mode beside them",
  cases: ({ rounds }) => compared(Math.min(rounds, roundsMost)),
};
