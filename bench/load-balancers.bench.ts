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
  /** Microseconds of all processors' time, a connection. */
  readonly cpu: number;
  /** The generator's part of that, in percent. */
  readonly generator: number;
}

const storm = async ({ fabric }: Balanced, close: boolean): Promise<Storm> =>
  parseWrk(await fabric.client.sh(wrkCommand(url, seconds, close)));

/** @returns seconds of all processors that were used meanwhile, whoever passes packets on */
async function used(idle: number, action: () => Promise<void>): Promise<number> {
  const [times, began] = [processorTimes(), monotonic()];
  await action();
  const { busy } = shareOf(times, processorTimes());
  return ((busy - idle) * processors * (monotonic() - began)) / 1000;
}

/** @param idle the part of their time, from 0 to 1, that processors are busy when nobody asks for anything */
async function measure(it: Balanced, idle: number): Promise<Figures> {
  await it.forget();
  let fresh: Storm | undefined;
  const spent = await used(idle, async () => void (fresh = await storm(it, true)));
  const { rate, requests, cpu } = fresh as Storm;
  const [sent, began] = [await it.sent(), monotonic()];
  const kept = await storm(it, false);
  const packets = ((await it.sent()) - sent) / ((monotonic() - began) / 1000);
  return {
    connections: rate,
    requests: kept.rate,
    packets,
    cpu: (spent * 1e6) / requests,
    generator: (cpu / spent) * 100,
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

const figures = [
  ["new connections", "/s", "connections"],
  ["requests, connections kept", "/s", "requests"],
  ["packets from the client, connections kept", "/s", "packets"],
  ["CPU a connection, all hosts", "us", "cpu"],
] as const;

function casesOf(way: Way, found: Found): readonly Case[] {
  const beside = figures.map(([what, unit, key]) =>
    toldBeside(
      `${way}: ${what}`,
      unit,
      [valuesOf(found, way, key), valuesOf(found, "plain routes", key)],
      ...(way === "eBPF" && key === "connections" ? [{ of: "ratio", atLeast: 0.9 } as const] : []),
    ),
  );
  // All else is the same: the difference arises where the load balancer is.
  const own = median(valuesOf(found, way, "cpu")) - median(valuesOf(found, "plain routes", "cpu"));
  return [...beside, told(`${way}: of these the load balancer's own`, "us", own)];
}

async function compared(rounds: number): Promise<readonly Case[]> {
  const directory = mkdtempSync(join(tmpdir(), "netwright-bench-"));
  const standing = new Map<Way, Balanced>();
  const found: Found = new Map(ways.map((way) => [way, []]));
  try {
    for (const way of ways) standing.set(way, await Balanced.start(way, directory));
    const idle = await busyAtRest();
    const times = processorTimes();
    for (let round = 0; round < rounds; round++)
      for (const [way, it] of round % 2 === 0 ? standing : [...standing].toReversed())
        found.get(way)?.push(await measure(it, idle));
    const { steal } = shareOf(times, processorTimes());
    const generators = [...found.values()].flat().map(({ generator }) => generator);
    return [
      ...ways.slice(1).flatMap((way) => casesOf(way, found)),
      told("generator, of the CPU a connection", "%", median(generators)),
      told("processors busy before", "%", idle * 100),
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
