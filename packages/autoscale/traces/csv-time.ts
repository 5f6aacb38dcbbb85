/** Times of a table: seconds or milliseconds as a number, RFC 3339, or `YYYY-MM-DD HH:MM[:SS]` in UTC. Pure. */

/** A number from here on is milliseconds since 1970: in seconds it would be the year 5138. */
const millisecondsFrom = 1e11;

const written = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** @returns milliseconds; undefined when it is no time */
export function timeOf(text: string): number | undefined {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    return Math.round(number < millisecondsFrom ? number * 1000 : number);
  }
  const [, date, time = "00:00", zone = "Z"] = written.exec(text) ?? [];
  const instant = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}
