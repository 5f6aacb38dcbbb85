/** Programs, files and long-lived processes, injected so that drivers stay testable. */
import type { Instant, Milliseconds } from "@netwright/base";

export interface Runner {
  /**
   * Runs a program to its end. A non-zero exit is a result, not an exception.
   * @throws NW1602 when it cannot be started, NW1605 when the timeout (default 10 s) is over or the signal aborts; it is
   * killed then.
   */
  run(command: readonly [string, ...string[]], options?: RunOptions): Promise<RunResult>;
  /** Path of the program that `run` would start by that name; undefined when there is none. Starts nothing. */
  find(program: string): Promise<string | undefined>;
  /** Speaks with a program that answers every line with one line, in the same order. It is started by the first question. */
  converse(command: readonly [string, ...string[]]): Conversation;
}

/** With a program that ends with this process, or when it is closed. It keeps no process alive that waits for nothing. */
export interface Conversation {
  /**
   * One answer a line.
   * @throws NW1602 when the program cannot be started, NW1604 when it has ended, NW1605 when it does not answer in time and
   * was killed for that. The next question starts another.
   */
  ask(lines: readonly string[]): Promise<readonly string[]>;
  close(): void;
}

export interface RunOptions {
  /** Named network namespace to run in (by `nsenter --net=/run/netns/NAME`). */
  readonly netns?: string;
  readonly input?: string;
  readonly timeout?: Milliseconds;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Files {
  /** Undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Whole or not at all: temporary file, fsync, rename. Creates parent directories. */
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Names in a directory, sorted; empty when there is none. */
  list(path: string): Promise<readonly string[]>;
  /** With everything in it; no error when there is nothing. */
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
}

/** Files that the kernel writes while they are read: nobody waits for a disk, and a promise for each would cost more than they do. */
export interface KernelFiles {
  /** Undefined where there is none, or it cannot be read. */
  read(path: string): string | undefined;
}

/** A process is known by pid and start time together, so that a reused pid is never mistaken for it. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat (proc(5)). */
  readonly startTicks: number;
}

export interface Processes {
  /** Starts a program that outlives the agent: own session, output appended to `log`. Resolves when it was started. */
  start(command: readonly [string, ...string[]], options: StartOptions): Promise<ProcessId>;
  alive(id: ProcessId): Promise<boolean>;
  /** The process that has this pid now; undefined when there is none (zombies do not count). */
  identify(pid: number): Promise<ProcessId | undefined>;
  /** No error when it is gone already. */
  signal(id: ProcessId, signal: NodeJS.Signals): Promise<void>;
  startedAt(id: ProcessId): Promise<Instant | undefined>;
}

export interface StartOptions {
  readonly netns?: string;
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
}
