/** What a verb may use of the outside: streams, environment, time. Injected, so that transcripts can be tested. */
import type { Clock } from "@netwright/base";

export interface Terminal {
  /** Data. */
  readonly out: (text: string) => void;
  /** Messages and progress. */
  readonly err: (text: string) => void;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Text of a file, for quoting a line of a manifest; undefined when it cannot be read. */
  readonly textOf: (file: string) => string | undefined;
  /** True when `err` is a terminal that a person watches: progress lines may be rewritten. */
  readonly live: boolean;
  /** Null unless a person both looks and types: then it may be drawn over. */
  readonly screen: Screen | null;
  /** Which of the two streams are to be coloured. */
  readonly colors: { readonly out: boolean; readonly err: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Screen {
  size(): { readonly columns: number; readonly rows: number };
  /** From now on keys come here as they are pressed, without echo, until the returned function is called. */
  onKeys(take: (keys: string) => void): () => void;
}

/** Colour only where a person looks and did not ask for none (no-color.org, force-color.org). */
export function wantsColor(env: Terminal["env"], isTerminal: boolean): boolean {
  if ((env["FORCE_COLOR"] ?? "") !== "") return true;
  return isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
