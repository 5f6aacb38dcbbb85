/** Field paths as text: `spec.tiers[0].workload.port`, `metadata.labels["example.net/team"]`. */
import type { FieldPath } from "./kind.ts";

export function formatPath(path: FieldPath): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}

/** The inverse of `formatPath`; undefined for text that is no path. */
export function parsePath(text: string): FieldPath | undefined {
  const token = /\.?([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  const path: (string | number)[] = [];
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    const [, key, index, quoted] = match;
    path.push(key ?? (index === undefined ? (JSON.parse(quoted ?? '""') as string) : Number(index)));
  }
  return path;
}
