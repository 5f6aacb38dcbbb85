import { NetwrightError } from "@netwright/base";
import type { NodeReport } from "@netwright/contract";
import { ManualClock, settled } from "@netwright/testkit/manual-clock.ts";
import { afterEach, expect, test } from "vitest";
import { Reporter, type Facts } from "./reporter.ts";

const facts = (revision: number, connections = 0): Facts =>
  ({ node: "host1", revision, instances: [{ id: "shop-web-1", connections }] }) as unknown as Facts;

const stops: AbortController[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop.abort()));

function reporting() {
  const clock = new ManualClock();
  const sent: NodeReport[] = [];
  const server = { away: false };
  const reporter = new Reporter(async (report) => {
    if (server.away) throw new NetwrightError("NW1505", "away");
    sent.push(report);
  }, clock);
  const stop = new AbortController();
  stops.push(stop);
  void reporter.run(stop.signal);
  return { clock, reporter, server, revisions: () => sent.map(({ revision, at }) => `${revision} at ${at}`) };
}

test("news are told at once, with the time", async () => {
  const { clock, reporter, revisions } = reporting();
  await clock.advance(100);
  reporter.tell(facts(1));
  await settled();
  reporter.tell(facts(2));
  await settled();
  expect(revisions()).toEqual(["1 at 100", "2 at 100"]);
});

test("the same again is told with the heartbeat, so that silence means trouble", async () => {
  const { clock, reporter, revisions } = reporting();
  reporter.tell(facts(1));
  await settled();
  reporter.tell(facts(1));
  await clock.advance(1999);
  expect(revisions()).toEqual(["1 at 0"]);
  await clock.advance(1);
  expect(revisions()).toEqual(["1 at 0", "1 at 2000"]);
});

test("for a while after another revision it is told more often: the server waits for a look at what drains", async () => {
  const { clock, reporter, revisions } = reporting();
  reporter.tell(facts(1));
  await settled();
  reporter.tell(facts(2));
  for (let step = 0; step < 8000; step += 50) await clock.advance(50);
  expect(revisions()).toEqual([0, 50, 1100, 2150, 3200, 4250, 6250].map((at) => `${at === 0 ? 1 : 2} at ${at}`));
});

test("connections that come and go are no news, but are told as they are then", async () => {
  const { clock, reporter, revisions } = reporting();
  reporter.tell(facts(1, 5));
  await settled();
  reporter.tell(facts(1, 6));
  await settled();
  expect(revisions()).toHaveLength(1);
  await clock.advance(2000);
  expect(revisions()).toHaveLength(2);
});

test("a name that is looked up again is no news; that its time is over is", async () => {
  const { clock, reporter, revisions } = reporting();
  const named = (goodUntil: number | undefined): Facts => {
    const answered = [{ name: "api.example.net", address: "2001:db8::1", live: goodUntil !== undefined, goodUntil }];
    return { node: "host1", revision: 1, networks: [{ name: "web", answered }] } as unknown as Facts;
  };
  reporter.tell(named(10));
  await settled();
  reporter.tell(named(20));
  await settled();
  expect(revisions()).toHaveLength(1);
  await clock.advance(1);
  reporter.tell(named(undefined));
  await settled();
  expect(revisions()).toEqual(["1 at 0", "1 at 1"]);
});

test("what did not arrive is not queued: the next try tells what is true then", async () => {
  const { clock, reporter, server, revisions } = reporting();
  server.away = true;
  reporter.tell(facts(1));
  await settled();
  reporter.tell(facts(2));
  await settled();
  expect(clock.sleeping).toEqual([250]);
  server.away = false;
  await clock.advance(250);
  expect(revisions()).toEqual(["2 at 250"]);
});

test("nothing is told before there is anything", async () => {
  const { clock, revisions } = reporting();
  await clock.advance(10_000);
  expect(revisions()).toEqual([]);
});
