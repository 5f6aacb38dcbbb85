/** What a simulation found, as a table. Pure. */
import type { Result, TierResult } from "@netwright/autoscale";
import { formatDuration, seconds } from "@netwright/base";
import { renderTable } from "./table.ts";

const fixed =
  (digits: number) =>
  (value: number): string =>
    value.toFixed(digits);
const [whole, two, three] = [fixed(0), fixed(2), fixed(3)];

/** Best first is no order here: the service's own policy stands first, the others as they were asked for. */
export function renderSimulation(title: string, results: readonly Result[]): string {
  const several = results.some(({ tiers }) => tiers.length > 1);
  const parts = [`${title}\n\n`, renderTable(header, results.map(row))];
  if (several) parts.push("\n", tiersTable(results));
  else parts.push("\n", qualityTable(results));
  return `${parts.join("")}\n${legend}`;
}

const header = ["POLICY", "COST", "INSTANCE-HOURS", "VIOLATIONS", "FAILED", "LONGEST", "ACTIONS", "MOST"];

const row = (result: Result): readonly string[] => [
  result.scaler,
  two(result.cost),
  whole(result.instanceHours),
  `${three(result.violations)} %`,
  `${three(result.failed)} %`,
  formatDuration(seconds(result.longest)),
  whole(result.actions),
  result.tiers.map(({ most }) => most).join("+"),
];

const qualityHeader = ["UNDER", "OVER", "TIME-UNDER", "TIME-OVER", "INSTABILITY"];

const qualityRow = (tier: TierResult): readonly string[] =>
  [tier.underAccuracy, tier.overAccuracy, tier.underShare, tier.overShare, tier.instability].map(
    (value) => `${two(value)} %`,
  );

const qualityTable = (results: readonly Result[]): string =>
  renderTable(
    ["POLICY", ...qualityHeader],
    results.flatMap(({ scaler, tiers }) => tiers.map((tier) => [scaler, ...qualityRow(tier)])),
  );

const tiersTable = (results: readonly Result[]): string =>
  renderTable(
    ["POLICY", "TIER", "COST", "ACTIONS", "MOST", ...qualityHeader],
    results.flatMap(({ scaler, tiers }) =>
      tiers.map((tier) => [
        scaler,
        tier.name,
        two(tier.instanceHours / tier.oracleHours),
        whole(tier.actions),
        whole(tier.most),
        ...qualityRow(tier),
      ]),
    ),
  );

const legend = `COST        instance-hours, as a multiple of the least that meets the objective
VIOLATIONS  requests that arrived while the objective was not met
FAILED      requests that gave up waiting
LONGEST     the longest time without a second in which it was met
UNDER       instances missing, as a share of those needed, mean over time; OVER those too many
TIME-UNDER  time with too few instances; TIME-OVER with too many
INSTABILITY minutes in which the number of instances moved otherwise than the need
`;
