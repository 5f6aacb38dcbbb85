/** Output for programs: JSON, YAML, names. These forms are stable; the human ones are not. */
import { stringify } from "yaml";

export type OutputFormat = "table" | "wide" | "json" | "yaml" | "name";

export const isMachine = (format: OutputFormat): format is "json" | "yaml" => format === "json" || format === "yaml";

export function renderMachine(format: "json" | "yaml", value: unknown): string {
  return format === "json" ? `${JSON.stringify(value, null, 2)}\n` : stringify(value, { lineWidth: 0 });
}
