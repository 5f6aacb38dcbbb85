/** Sends probes from a network namespace; nothing of what runs in there takes part. */
import { milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import type { Probe, ProbeResult, Runner } from "@netwright/contract";
import { resultOf } from "./outcome.ts";
import { probeScript } from "./probe-script.ts";
import { parseResults, probeWord } from "./probe-words.ts";

export interface ProbesFrom {
  readonly runner: Pick<Runner, "run">;
  /** Named; undefined: the one that the runner is in. */
  readonly netns?: string | undefined;
  readonly probes: readonly Probe[];
  /** How long silence lasts before it is believed. */
  readonly patience: Milliseconds;
  readonly signal?: AbortSignal;
}

/** One process sends so many at once; the next ones follow when all of them have ended. */
const most = 256;
/** For the program to start and to end, on a busy machine. */
const grace = 20_000;

/** In the order of the probes. @throws NW1602 when they cannot be sent, NW1605 when the signal aborts */
export async function runProbes(from: ProbesFrom): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (let first = 0; first < from.probes.length; first += most)
    results.push(...(await runSome(from, from.probes.slice(first, first + most))));
  return results;
}

async function runSome(from: ProbesFrom, probes: readonly Probe[]): Promise<readonly ProbeResult[]> {
  const { runner, netns, patience, signal } = from;
  const command = ["perl", "-e", probeScript, "all", ...probes.map((probe) => wordOf(probe, patience))] as const;
  const { code, stdout, stderr } = await runner.run(command, {
    timeout: milliseconds(patience + grace),
    ...(netns === undefined ? {} : { netns }),
    ...(signal === undefined ? {} : { signal }),
  });
  const seen = new Map(parseResults(stdout).map((each) => [each.index, resultOf(each)]));
  if (code !== 0 || seen.size !== probes.length)
    throw new NetwrightError("NW1602", `probes cannot be sent: ${stderr.trim() || `perl ended with ${code}`}`);
  return [...seen].toSorted(([a], [b]) => a - b).map(([, result]) => result);
}

const wordOf = ({ destination, port, protocol, sourcePort }: Probe, patience: Milliseconds): string =>
  probeWord({
    protocol,
    family: 6,
    host: destination,
    port,
    patience,
    ...(protocol === "udp" ? { send: "netwright probe" } : {}),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  });
