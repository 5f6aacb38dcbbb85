/** What every kind of check is: a folder-less file here and one line in the registry. */
import type { Check, Client, SubjectOf, CheckSubject } from "@netwright/api";
import type { Clock, Milliseconds } from "@netwright/base";
import type { NodeCommand, NodeRunResult, OutputListener, RunningCommand, Topology } from "@netwright/lab";
import type { RunningLoad } from "../loads/running-load.ts";
import type { Evidence } from "../report/report.ts";

/** One look at one place. */
export interface Look {
  readonly ok: boolean;
  /** It could not be found out: then `ok` is false, and `not` does not turn that round. */
  readonly unknown?: true;
  /** One line: what must be so. */
  readonly expected: string;
  /** One line: what is so. */
  readonly seen: string;
  readonly evidence?: readonly Evidence[];
}

/** What a check may use. */
export interface CheckWorld {
  readonly topology: Topology;
  readonly clock: Clock;
  /** Runs at a node to its end. */
  readonly run: (node: string, command: NodeCommand, limit: Limit) => Promise<NodeRunResult>;
  /** Begins at a node, for what runs beside the step. */
  readonly start: (node: string, command: NodeCommand, on: OutputListener) => RunningCommand;
  /** Everything that a background program, or one of the lab's at that node, wrote; undefined when there is none. */
  readonly logOf: (program: string, node: string | undefined) => Promise<string | undefined>;
  readonly load: (name: string) => RunningLoad | undefined;
  /** When a step of this run began; undefined when it has not. */
  readonly stepBegan: (name: string) => Milliseconds | undefined;
  /** Of the lab's server; undefined where the lab has none. */
  readonly client: () => Promise<Client | undefined>;
  /** Runs beside the runner, in the directory of the scenario's file, with the topology in its environment. */
  readonly runHere: (command: readonly [string, ...string[]], limit: Limit) => Promise<NodeRunResult>;
  /** Writes evidence of this run. @returns its path */
  readonly keep: (name: string, content: Uint8Array) => Promise<string>;
}

export interface Limit {
  readonly timeout: Milliseconds;
  readonly signal: AbortSignal;
}

export interface LookAt<S extends CheckSubject> {
  readonly spec: SubjectOf<S>;
  readonly check: Check;
  /** The node from where it is looked; undefined for subjects that have none. */
  readonly at: string | undefined;
  readonly world: CheckWorld;
  readonly limit: Limit;
  /** What `begin` gave. */
  readonly begun: Begun | undefined;
}

/** Something that runs from the step's beginning to its checks. */
export interface Begun {
  end(): Promise<void>;
}

export interface CheckKind<S extends CheckSubject> {
  /** Made from the rest: the check's name when it has none. */
  readonly title: (spec: SubjectOf<S>, at: string | undefined) => string;
  /** Before anything of the step is done. */
  readonly begin?: (spec: SubjectOf<S>, world: CheckWorld, limit: Limit) => Promise<Begun>;
  /** Never throws for what it looks at: that it cannot be reached is what it sees. */
  readonly look: (look: LookAt<S>) => Promise<Look>;
}
