/** Output for programs: JSON, YAML, names. These forms are stable; the human ones are not. */
import { NetwrightError } from "@netwright/base";
import { stringify } from "yaml";

export type OutputFormat = "table" | "wide" | "json" | "yaml" | "name";

const formats: readonly OutputFormat[] = ["table", "wide", "json", "yaml", "name"];

/** @throws NW1001 when there is no such format. */
export function parseFormat(text: string | undefined): OutputFormat {
  const format = formats.find((known) => known === (text ?? "table"));
  if (format !== undefined) return format;
  throw new NetwrightError("NW1001", `there is no output format ${JSON.stringify(text)}`, {
    hint: `use -o ${formats.slice(1).join("|")}`,
  });
}

export function renderMachine(format: "json" | "yaml", value: unknown): string {
  return format === "json" ? `${JSON.stringify(value, null, 2)}\n` : stringify(value, { lineWidth: 0 });
}
