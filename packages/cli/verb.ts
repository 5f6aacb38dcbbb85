/** One verb of the command line: a file in `verbs/` with this shape and one line in the registry. */
import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

export interface Verb {
  /** Adds arguments, options and examples. */
  configure(command: Command): void;
  /** @returns the exit status; nothing is 0. @throws NetwrightError, whose category decides the status. */
  run(invocation: Invocation): Promise<number | void>;
  /** True for programs that end in order when told to: a signal is no interruption of theirs. */
  readonly endsBySignal?: true;
}

export interface Invocation {
  readonly terminal: Terminal;
  readonly args: readonly string[];
  /** As commander parsed them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The name of the subcommand for verbs that have some, for example `up` of `lab up`. */
  readonly subcommand?: string;
}

export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  /** Heading in the overview. */
  readonly group: "Services" | "Looking" | "Understanding" | "Lab" | "Operating";
  /** Called by programs, not by people: not listed. */
  readonly hidden?: true;
  readonly load: () => Promise<{ readonly verb: Verb }>;
}
