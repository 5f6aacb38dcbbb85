/** What the HTTP generator prints of a request that has ended. Pure. */

/** Times are milliseconds after it said `ready`. */
export interface GeneratorResult {
  readonly at: number;
  readonly took: number;
  readonly failure?: string;
}

export const printResult = ({ at, took, failure = "" }: GeneratorResult): string =>
  `${at.toFixed(3)}\t${took.toFixed(3)}\t${failure.replaceAll(/\s+/g, " ")}\n`;

export function parseResult(line: string): GeneratorResult {
  const [at, took, failure = ""] = line.split("\t");
  return { at: Number(at), took: Number(took), ...(failure === "" ? {} : { failure }) };
}

/** Everything that was sent before that moment has ended, and has been told. */
export const printSettled = (before: number): string => `settled ${before.toFixed(3)}\n`;

/** Undefined: it is another line. */
export function parseSettled(line: string): number | undefined {
  const [, before] = /^settled (\d+(?:\.\d+)?)$/.exec(line) ?? [];
  return before === undefined ? undefined : Number(before);
}

/** What it is asked to do, as one word of its command line. */
export interface GeneratorOrder {
  readonly url: string;
  readonly rate: number;
  /** The part of requests that are on new connections. */
  readonly fresh: number;
  readonly timeout: number;
  readonly insecure: boolean;
  /** 0: until SIGTERM. */
  readonly for: number;
}

/** Evenly spread: of ten requests with `fresh` 0.3, three. */
export const isFresh = (index: number, fresh: number): boolean =>
  Math.floor((index + 1) * fresh) > Math.floor(index * fresh);
