/** Units are types: a number with a unit cannot be mistaken for one without. */

declare const unit: unique symbol;

/** A span of time in milliseconds. */
export type Milliseconds = number & { readonly [unit]: "ms" };
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const seconds = (value: number): Milliseconds => (value * 1000) as Milliseconds;

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [unit]: "instant" };

/** RFC 3339 text in UTC with milliseconds, for machine-readable output. */
export function formatInstant(value: Instant): string {
  return new Date(value).toISOString();
}

/** A span for people: `0 ms`, `37 ms`, `1.2 s`, `3 min 5 s`, `2 h 3 min`, `4 d 1 h`. */
export function formatDuration(value: Milliseconds): string {
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} s`;
  const total = Math.round(value / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(total / 86_400), "d"],
    [Math.floor(total / 3600) % 24, "h"],
    [Math.floor(total / 60) % 60, "min"],
    [total % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}`)
    .join(" ");
}
