/** What was found, as the document shows it. Pure. */
import type { Standing, Verdict } from "./judgement.ts";

export function standingsTable(heading: string, standings: readonly Standing[]): string {
  const rows = standings.map(({ scaler, cost, violations, failed, actions, worst }) => [
    scaler,
    cost.toFixed(3),
    `${violations.toFixed(3)} %`,
    `${failed.toFixed(3)} %`,
    actions.toFixed(0),
    `${worst.violations.toFixed(2)} % (${worst.week})`,
  ]);
  return table([heading, "cost", "violations", "failed", "actions a week", "worst week"], rows);
}

export const verdictsTable = (verdicts: readonly Verdict[]): string =>
  table(
    ["claim", "found", ""],
    verdicts.map(({ claim, figures, holds }) => [claim, figures, holds ? "holds" : "missed"]),
  );

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
