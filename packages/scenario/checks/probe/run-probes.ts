/** Sends probes from a node. */
import type { Check, Fate } from "@netwright/api";
import { milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import type { CheckWorld, Limit } from "../look.ts";
import { parseResults, probeWord, type ProbeOrder, type ProbeSeen } from "@netwright/system/probing/probe-words.ts";
import { probeScript } from "@netwright/system/probing/probe-script.ts";

export interface ProbesAt {
  readonly world: CheckWorld;
  readonly node: string;
  readonly probes: readonly ProbeOrder[];
  /** One after the other instead of all at once. */
  readonly series?: boolean;
  readonly limit: Limit;
}

const brief = milliseconds(1000);
/** TCP sends its SYN again after 1 and 3 seconds; a router gives a neighbour up after 3. */
const patient = milliseconds(4000);

/** How long silence lasts before it is believed: who expects it, or will look again, need not wait for a second try. */
export const patienceOf = ({ timeout, eventually }: Check, expected: Fate): Milliseconds =>
  timeout ?? (expected === "Dropped" || eventually !== undefined ? brief : patient);

/** In the order of the probes; undefined where the time was over first. @throws NW1602 when the node cannot run it */
export async function runProbes(given: ProbesAt): Promise<readonly (ProbeSeen | undefined)[]> {
  const { world, node, probes, series = false, limit } = given;
  const longest = Math.max(...probes.map(({ patience }) => patience));
  const needed = series ? probes.reduce((sum, { patience }) => sum + patience, 0) : longest;
  // The program ends by itself; names that nobody resolves may hold it up.
  const timeout = milliseconds(Math.max(limit.timeout, needed) + 1000);
  const argv = ["perl", "-e", probeScript, series ? "series" : "all", ...probes.map(probeWord)];
  const done = await world.run(node, { argv }, { ...limit, timeout });
  if (done.code !== 0 && !done.timedOut)
    throw new NetwrightError(
      "NW1602",
      `probes cannot be sent from ${node}: ${done.stderr.trim() || `perl ended with ${done.code}`}`,
    );
  const results = new Map(parseResults(done.stdout).map((result) => [result.index, result]));
  return probes.map((_, index) => results.get(index));
}
