/** `matrix`: who reaches whom, as a grid of what was expected and what was seen. All pairs are tried at once. */
import type { Check, Fate, SubjectOf } from "@netwright/api";
import type { GridRow } from "../report/report.ts";
import type { CheckKind, LookAt } from "./look.ts";
import { hostFor } from "./nodes.ts";
import { outcomeOf, type Outcome } from "./probe/outcome.ts";
import type { ProbeOrder } from "@netwright/system/probing/probe-words.ts";
import { patienceOf, runProbes } from "./probe/run-probes.ts";
import { fateLook } from "./tcp.ts";

type Matrix = SubjectOf<"matrix">;

export interface Cell {
  readonly from: string;
  readonly to: string;
  readonly expected: Fate;
  readonly outcome: Outcome;
}

const printWhat = ({ protocol, port }: Matrix): string => (protocol === "ICMP" ? "ICMP" : `${protocol} ${port}`);

export const matrix: CheckKind<"matrix"> = {
  title: (spec) => `who reaches whom (${printWhat(spec)})`,
  look: async (look) => {
    const rows = Object.entries(look.spec.expect).filter(([, row]) => Object.keys(row).length > 0);
    const cells = (await Promise.all(rows.map(([from, row]) => askFrom(look, from, row)))).flat();
    const others = cells.filter(({ expected, outcome }) => outcome.fate !== expected);
    // One that is known to be other decides.
    const first = others.find(({ outcome }) => outcome.fate !== undefined) ?? others[0];
    const asExpected = `${cells.length - others.length} of ${cells.length} pairs as expected`;
    return {
      ...(first === undefined ? { ok: true } : fateLook(first.outcome.fate, first.expected)),
      expected: `${cells.length} pairs, ${printWhat(look.spec)}: ${printFates(cells.map(({ expected }) => expected))}`,
      seen:
        first === undefined
          ? asExpected
          : `${asExpected}; ${first.from} to ${first.to} is not ${first.expected}: ${first.outcome.seen}`,
      evidence: [{ kind: "Grid", name: printWhat(look.spec), ...gridOf(cells) }],
    };
  },
};

async function askFrom(
  { spec, check, world, limit }: LookAt<"matrix">,
  from: string,
  row: Readonly<Record<string, Fate>>,
): Promise<readonly Cell[]> {
  const pairs = Object.entries(row);
  const probes = pairs.map(([to, expected]): ProbeOrder =>
    probeOf(spec, hostFor(world.topology, from, to, spec.family), check, expected),
  );
  const results = await runProbes({ world, node: from, probes, limit });
  return pairs.map(([to, expected], index) => {
    const result = results[index];
    const outcome = result === undefined ? undefined : outcomeOf(world.topology, from, result);
    return { from, to, expected, outcome: outcome ?? { fate: undefined, seen: "the time of the look was over" } };
  });
}

const protocols = { TCP: "tcp", UDP: "udp", ICMP: "icmp" } as const;

const probeOf = ({ protocol, port, family }: Matrix, host: string, check: Check, expected: Fate): ProbeOrder => ({
  protocol: protocols[protocol],
  host,
  patience: patienceOf(check, expected),
  ...(port === undefined || protocol === "ICMP" ? {} : { port }),
  ...(family === undefined ? {} : { family }),
  ...(protocol === "UDP" ? { send: "ping" } : {}),
});

/** `4 Open, 2 Dropped`. */
function printFates(fates: readonly Fate[]): string {
  const counts = Map.groupBy(fates, (fate) => fate);
  return [...counts].map(([fate, all]) => `${all.length} ${fate}`).join(", ");
}

/** In the order in which nodes are named. */
export function gridOf(cells: readonly Cell[]): {
  readonly columns: readonly string[];
  readonly rows: readonly GridRow[];
} {
  const columns = [...new Set(cells.map(({ to }) => to))];
  const rows = [...Map.groupBy(cells, ({ from }) => from)].map(([name, row]) => ({
    name,
    cells: columns.map((column) => {
      const cell = row.find(({ to }) => to === column);
      return cell === undefined ? null : { expected: cell.expected, seen: cell.outcome.fate ?? cell.outcome.seen };
    }),
  }));
  return { columns, rows };
}
