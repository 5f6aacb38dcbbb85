/** What wrk and the shell around it tell of a run. Pure. */

export interface Storm {
  /** Requests that were answered, all of them with 200, and how many a second. */
  readonly requests: number;
  readonly rate: number;
  /** Seconds of CPU that the generator took. */
  readonly cpu: number;
}

/** @param close a connection for each request; else as many connections are kept */
export const wrkCommand = (url: string, time: number, close: boolean): string =>
  `wrk -t1 -c64 -d${time}s --timeout 5s ${close ? "-H 'Connection: close'" : ""} '${url}' && times`;

/** @throws RangeError when a request failed: the figures would be of something else then */
export function parseWrk(text: string): Storm {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
  const bad = text.split("\n").find((line) => /Socket errors|Non-2xx/.test(line));
  if (bad !== undefined) throw new RangeError(`Invariant: nothing fails; ${bad.trim()}`);
  // Of a shell's `times` the second line is of its children: user, then system.
  const [, ...parts] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(text) ?? [];
  const [minutes = 0, seconds = 0, sysMinutes = 0, sysSeconds = 0] = parts.map(Number);
  return {
    requests: number(/(\d+) requests in/),
    rate: number(/Requests\/sec: +([\d.]+)/),
    cpu: 60 * (minutes + sysMinutes) + seconds + sysSeconds,
  };
}
