/** What the HTTP generator prints of a request that has ended. Pure. */

/** Times are milliseconds after it said `ready`. */
export interface GeneratorResult {
  /** When it was due; whatever kept it from being sent then is part of its time. */
  readonly at: number;
  readonly took: number;
  readonly failure?: string;
  /** Only where the order asks for pages. */
  readonly page?: GeneratorPage;
}

export interface GeneratorPage {
  /** On a connection of its own. */
  readonly isFresh: boolean;
  /** Empty when none came. */
  readonly text: string;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

export const printResult = ({ at, took, failure = "", page }: GeneratorResult): string =>
  [
    at.toFixed(3),
    took.toFixed(3),
    oneLine(failure),
    ...(page === undefined ? [] : [page.isFresh ? "fresh" : "kept", oneLine(page.text)]),
  ].join("\t") + "\n";

export function parseResult(line: string): GeneratorResult {
  const [at, took, failure = "", connection, text = ""] = line.split("\t");
  return {
    at: Number(at),
    took: Number(took),
    ...(failure === "" ? {} : { failure }),
    ...(connection === undefined ? {} : { page: { isFresh: connection === "fresh", text } }),
  };
}

/** @param now milliseconds of CLOCK_MONOTONIC, for whoever compares its times with his own */
export const printReady = (now: number): string => `ready ${now.toFixed(3)}\n`;

/** Undefined: it is another line. */
export function parseReady(line: string): number | undefined {
  const [, now] = /^ready (\d+(?:\.\d+)?)$/.exec(line) ?? [];
  return now === undefined ? undefined : Number(now);
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
  /** Tells connection and page of each request as well. */
  readonly pages?: boolean;
  /** Who is asked for the host's address, instead of the node's resolver. */
  readonly nameServer?: string;
}

/** Evenly spread: of ten requests with `fresh` 0.3, three. */
export const isFresh = (index: number, fresh: number): boolean =>
  Math.floor((index + 1) * fresh) > Math.floor(index * fresh);
