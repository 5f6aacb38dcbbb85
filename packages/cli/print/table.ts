/** Tables without borders: columns two spaces apart, the last one as wide as it likes. Pure. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  withHeader = true,
): string {
  const all = withHeader ? [header, ...rows] : rows;
  const widths = header.map((_, column) => Math.max(0, ...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return all.map((row) => `${line(row)}\n`).join("");
}

/** Label and value, aligned; a value of several lines keeps its column. */
export function renderFields(fields: readonly (readonly [label: string, value: string])[], indent = ""): string {
  const width = Math.max(0, ...fields.map(([label]) => label.length));
  return fields
    .map(([label, value]) => {
      const [first = "", ...rest] = value.split("\n");
      const margin = `${indent}${" ".repeat(width)}  `;
      return [
        `${indent}${label.padEnd(width)}  ${first}`.trimEnd(),
        ...rest.map((text) => `${margin}${text}`.trimEnd()),
      ].join("\n");
    })
    .map((text) => `${text}\n`)
    .join("");
}

/** A value as a cell: `-` for nothing, lists with semicolons. */
export function cellText(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  if (value === undefined || value === null || value === "") return "-";
  if (Array.isArray(value)) return value.map(cellText).join("; ") || "-";
  return JSON.stringify(value);
}
