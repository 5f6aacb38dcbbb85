/** Programs that run beside the steps until they are stopped. What they write is kept, up to a bound. */
import { milliseconds, type Clock, type Milliseconds } from "@netwright/base";
import { startInNode, type LabPaths, type NodeExit, type RunningCommand } from "@netwright/lab";

export interface BackgroundProgram {
  readonly name: string;
  readonly node: string;
  readonly command: string;
  readonly startedAt: Milliseconds;
  /** Output and error output as they came; the beginning is lost when it is long. */
  output(): string;
  /** Undefined while it runs. */
  ended(): NodeExit | undefined;
  /** It was told to end before it did: however it ended then, it did not by itself. */
  readonly stopped: boolean;
  /** SIGTERM, after two seconds SIGKILL; resolves when it has ended, or its node does not answer (it may be paused). */
  stop(): Promise<void>;
  /** It goes on in the lab when this process has ended. */
  leave(): Promise<void>;
  readonly mayEnd: boolean;
}

export interface BackgroundStart {
  readonly name: string;
  readonly node: string;
  readonly argv: readonly string[];
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mayEnd: boolean;
  readonly startedAt: Milliseconds;
}

const outputMax = 2 ** 20;
const grace = milliseconds(2000);
/** More than a node that answers needs to kill a program. */
const killWait = milliseconds(4000);

export function startBackground(paths: LabPaths, clock: Clock, start: BackgroundStart): BackgroundProgram {
  const { name, node, argv, env, command, mayEnd, startedAt } = start;
  let text = "";
  let exit: NodeExit | undefined;
  const keep = (chunk: Buffer): void => {
    text += chunk.toString("utf8");
    if (text.length > 2 * outputMax) text = text.slice(-outputMax);
  };
  const running: RunningCommand = startInNode(paths, node, { argv, env }, { stdout: keep, stderr: keep });
  const over = running.exit.then(
    (ended) => void (exit = ended),
    // The node has gone, and the program with it.
    () => void (exit = { code: 137, signal: "SIGKILL" }),
  );
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (exit !== undefined) return;
    stopped = true;
    running.signal("SIGTERM");
    await within(clock, grace, over);
    if (exit !== undefined) return;
    running.signal("SIGKILL");
    running.abandon();
    await within(clock, killWait, over);
  };
  return {
    name,
    node,
    command,
    startedAt,
    mayEnd,
    output: () => text,
    ended: () => exit,
    get stopped() {
      return stopped;
    },
    stop,
    leave: () => running.leave(),
  };
}

async function within(clock: Clock, limit: Milliseconds, over: Promise<void>): Promise<void> {
  const patience = new AbortController();
  await Promise.race([over, clock.sleep(limit, patience.signal).catch(() => {})]);
  patience.abort();
}
