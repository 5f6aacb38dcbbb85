/** The agent's side of the server: its own state down, reports up, and what the server asks in between. */
import type { AgentRequest, NodeCalls, OutputChunk } from "@netwright/api";
import { messageOf, milliseconds, type Clock, type Log } from "@netwright/base";
import type { HostState, NodeReport } from "@netwright/contract";
import type { Goal } from "./converger.ts";

export interface ChannelOptions {
  readonly calls: NodeCalls;
  readonly node: string;
  readonly clock: Clock;
  readonly log: Log;
}

const firstPause = milliseconds(100);
const longestPause = milliseconds(2000);

/** Hands over every new state until aborted; reconnects for ever. */
export async function followState(
  { calls, node, clock, log }: ChannelOptions,
  since: () => number,
  onGoal: (goal: Goal) => void,
  signal: AbortSignal,
): Promise<void> {
  await keepTrying("state", { clock, log }, signal, async (alive) => {
    for await (const { revision, state } of calls.watchState<HostState>(node, since(), signal)) {
      alive();
      onGoal({ revision, state });
    }
  });
}

/** Answers the server's requests until aborted. */
export async function answerRequests(
  { calls, node, clock, log }: ChannelOptions,
  answer: (request: AgentRequest, signal: AbortSignal) => AsyncIterable<OutputChunk>,
  signal: AbortSignal,
): Promise<void> {
  const running = new Map<string, AbortController>();
  const start = async (request: AgentRequest): Promise<void> => {
    const stop = new AbortController();
    running.set(request.id, stop);
    const until = AbortSignal.any([stop.signal, signal]);
    try {
      await calls.sendOutput(node, request.id, answer(request, until), until);
    } catch (error) {
      if (!until.aborted) log.warn("a request was not answered", { kind: request.kind, error: messageOf(error) });
    } finally {
      running.delete(request.id);
    }
  };
  await keepTrying("requests", { clock, log }, signal, async (alive) => {
    for await (const request of calls.requests(node, signal)) {
      alive();
      if (request.kind === "Cancel") running.get(request.target)?.abort();
      else void start(request);
    }
  });
  for (const stop of running.values()) stop.abort();
}

export async function sendReport({ calls, node, log }: ChannelOptions, report: NodeReport): Promise<void> {
  try {
    await calls.report(node, report);
  } catch (error) {
    log.warn("the report was not delivered", { error: messageOf(error) });
    throw error;
  }
}

/** Repeats a stream that should never end, with pauses that grow while nothing comes through. */
async function keepTrying(
  what: string,
  { clock, log }: Pick<ChannelOptions, "clock" | "log">,
  signal: AbortSignal,
  stream: (alive: () => void) => Promise<void>,
): Promise<void> {
  let pause: number = firstPause;
  while (!signal.aborted) {
    try {
      await stream(() => (pause = firstPause));
    } catch (error) {
      if (!signal.aborted) log.warn(`the server's ${what} stream ended`, { error: messageOf(error) });
    }
    await clock.sleep(milliseconds(pause), signal).catch(() => {});
    pause = Math.min(longestPause, pause * 2);
  }
}
