/** `latency`: how long ICMP round trips take. */
import { milliseconds } from "@netwright/base";
import { baselineUnit, percentileOf, printBounds, printMeasured, within } from "./bounds.ts";
import type { CheckKind, LookAt } from "./look.ts";
import { hostFor } from "./nodes.ts";
import { runProbes } from "./probe/run-probes.ts";

interface Path {
  readonly from: string;
  readonly to: string;
}

/** The two are measured in turns, so that both have the same weather. */
const turns = 5;
const patience = milliseconds(1000);

export const latency: CheckKind<"latency"> = {
  title: ({ from, to, percentile }) => `latency from ${from} to ${to} (${percentile} %)`,
  look: async (look) => {
    const { count, percentile, baseline } = look.spec;
    const bounds = printBounds(look.spec, baseline === undefined ? "ms" : baselineUnit);
    const expected = `${percentile} of 100 round trips: ${bounds}`;
    const rounds = baseline === undefined ? 1 : Math.min(turns, count);
    const [own, beside]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const some = Math.ceil((count - own.length) / (rounds - round));
      own.push(...(await roundTrips(look, look.spec, some)));
      if (baseline !== undefined) beside.push(...(await roundTrips(look, baseline, some)));
    }
    const [value, base] = [own, beside].map((times) =>
      percentileOf(
        times.toSorted((a, b) => a - b),
        percentile,
      ),
    );
    const lost = own.filter((time) => time === Infinity).length;
    const loss = lost === 0 ? "" : `, ${lost} of ${count} not answered`;
    if (lost === own.length) return { ok: false, unknown: true, expected, seen: "no round trip was answered" };
    if (value === undefined || value === Infinity) return { ok: false, expected, seen: `no such round trip${loss}` };
    if (base === Infinity) return { ok: false, unknown: true, expected, seen: "no round trip on the baseline" };
    const judged = base === undefined || baseline === undefined ? value : value / base;
    return { ok: within(look.spec, judged), expected, seen: printMeasured(value, "ms", baseline && base) + loss };
  },
};

/** In milliseconds; without an answer infinity. */
async function roundTrips(
  { world, limit }: LookAt<"latency">,
  { from, to }: Path,
  count: number,
): Promise<readonly number[]> {
  const host = hostFor(world.topology, from, to, undefined);
  const probes = Array.from({ length: count }, () => ({ protocol: "icmp", host, patience }) as const);
  const results = await runProbes({ world, node: from, probes, series: true, limit });
  return results.map((result) => (result?.fate === "Open" ? result.took : Infinity));
}
