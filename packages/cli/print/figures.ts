/** Measured numbers as people read them: three digits that matter, and what was not measured as `-`. Pure. */
import { measures, type MeasureName } from "@netwright/api";

const nothing = "-";

export function figure(name: MeasureName, value: number | null): string {
  if (value === null) return nothing;
  const { unit } = measures[name];
  if (name.endsWith("Share") || name.endsWith("Ratio") || name.endsWith("Pressure") || name === "throttled")
    return `${plain(value * 100)}%`;
  if (unit === "octets") return scaled(value, 1024, ["", "Ki", "Mi", "Gi", "Ti"]);
  if (unit === "bit/s") return scaled(value, 1000, ["", "k", "M", "G", "T"]);
  if (unit === "cores") return value.toFixed(2);
  return value >= 100_000 ? scaled(value, 1000, ["", "k", "M", "G", "T"]) : plain(value);
}

/** `0`, `0.25`, `7.3`, `42`, `1234`. */
function plain(value: number): string {
  if (value === 0) return "0";
  if (value < 0.005) return "<0.01";
  if (value < 1) return value.toFixed(2);
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let [rest, unit] = [value, 0];
  while (rest >= base && unit < units.length - 1) [rest, unit] = [rest / base, unit + 1];
  return `${unit === 0 ? String(Math.round(rest)) : plain(rest)}${units[unit] ?? ""}`;
}

const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** One character per value, the highest as high as can be; a gap for what was not measured. */
export function sparkline(values: readonly (number | null)[]): string {
  const highest = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => (value === null ? " " : (bars[highest === 0 ? 0 : Math.round((value / highest) * 7)] ?? bars[7])))
    .join("");
}

/** `####......`: how much of it is full. */
export function meter(share: number | null, width: number): string {
  if (share === null) return " ".repeat(width);
  const full = Math.min(width, Math.max(share > 0 ? 1 : 0, Math.round(share * width)));
  return "#".repeat(full) + ".".repeat(width - full);
}
