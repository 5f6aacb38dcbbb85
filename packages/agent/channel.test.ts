import type { AgentRequest, NodeCalls, OutputChunk } from "@netwright/api";
import { NetwrightError, type Log } from "@netwright/base";
import type { NodeReport } from "@netwright/contract";
import { ManualClock, settled } from "@netwright/testkit/manual-clock.ts";
import { describe, expect, test } from "vitest";
import { answerRequests, followState, sendReport, type ChannelOptions } from "./channel.ts";

interface Logged {
  readonly level: string;
  readonly event: string;
}

function channel(calls: Partial<NodeCalls>) {
  const logged: Logged[] = [];
  const keep = (level: string) => (event: string) => void logged.push({ level, event });
  const log: Log = { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
  const clock = new ManualClock();
  const options: ChannelOptions = { calls: calls as NodeCalls, node: "host1", clock, log };
  return { options, clock, logged, stop: new AbortController() };
}

const away = new NetwrightError("NW1505", "away");

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));

describe("following the state", () => {
  test("goes on from what it has after a break, with pauses that grow while nothing comes", async () => {
    const asked: number[] = [];
    const answers = [[], [], [{ revision: 7, state: {} }], []];
    let known = 3;
    const { options, clock, logged, stop } = channel({
      watchState: async function* (_node: string, since: number) {
        asked.push(since);
        yield* (answers.shift() ?? []) as never[];
        throw away;
      },
    });
    const following = followState(
      options,
      () => known,
      ({ revision }) => (known = revision),
      stop.signal,
    );
    const pauses: number[] = [];
    for (let time = 0; time < 4; time++) {
      await settled();
      pauses.push(clock.sleeping[0] ?? 0);
      await clock.advance(clock.sleeping[0] ?? 0);
    }
    expect(asked).toEqual([3, 3, 3, 7, 7]);
    expect(pauses).toEqual([100, 200, 100, 200]);
    expect(logged[0]).toEqual({ level: "warn", event: "the server's state stream ended" });
    stop.abort();
    await following;
  });

  test("pauses grow to two seconds and no more", async () => {
    const { options, clock, stop } = channel({
      // oxlint-disable-next-line require-yield
      watchState: async function* () {
        throw away;
      },
    });
    const following = followState(
      options,
      () => 0,
      () => {},
      stop.signal,
    );
    for (let time = 0; time < 8; time++) {
      await settled();
      await clock.advance(clock.sleeping[0] ?? 0);
    }
    expect(clock.sleeping).toEqual([2000]);
    stop.abort();
    await following;
  });
});

describe("answering requests", () => {
  const logs = (id: string): AgentRequest => ({
    id,
    kind: "Logs",
    project: "default",
    instance: "a",
    follow: true,
    tail: null,
  });

  /** Answers one chunk, then waits until it is told to stop. */
  async function* endless(request: AgentRequest, signal: AbortSignal): AsyncGenerator<OutputChunk> {
    yield { stream: "stdout", data: request.id };
    await aborted(signal);
  }

  test("several at a time; a cancelled one ends, the others go on", async () => {
    const open = new Set<string>();
    const requests: readonly AgentRequest[] = [logs("1"), logs("2"), { id: "3", kind: "Cancel", target: "1" }];
    const { options, logged, stop } = channel({
      requests: async function* (_node: string, signal?: AbortSignal) {
        for (const request of requests) {
          yield request;
          await settled();
        }
        if (signal !== undefined) await aborted(signal);
      },
      sendOutput: async (_node, id, output) => {
        open.add(id);
        for await (const _ of output);
        open.delete(id);
      },
    });
    const answering = answerRequests(options, endless, stop.signal);
    for (let turn = 0; turn < 6; turn++) await settled();
    expect([...open]).toEqual(["2"]);
    stop.abort();
    await answering;
    await settled();
    expect([[...open], logged]).toEqual([[], []]);
  });

  test("one that cannot be answered is logged and hurts no other", async () => {
    const answered: string[] = [];
    const { options, logged, stop } = channel({
      requests: async function* (_node: string, signal?: AbortSignal) {
        yield logs("1");
        yield logs("2");
        if (signal !== undefined) await aborted(signal);
      },
      sendOutput: async (_node, id) => {
        if (id === "1") throw away;
        answered.push(id);
      },
    });
    const answering = answerRequests(options, endless, stop.signal);
    await settled();
    expect([answered, logged]).toEqual([["2"], [{ level: "warn", event: "a request was not answered" }]]);
    stop.abort();
    await answering;
  });
});

test("a report that was not delivered is logged, and the caller knows", async () => {
  const { options, logged } = channel({ report: () => Promise.reject(away) });
  await expect(sendReport(options, {} as NodeReport)).rejects.toBe(away);
  expect(logged).toEqual([{ level: "warn", event: "the report was not delivered" }]);
});
