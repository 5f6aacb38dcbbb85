import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { usageIn } from "./usage.ts";

/** What HAProxy 2.6 answered, with two members behind one front. */
const answer = readFileSync(new URL("testdata/usage.txt", import.meta.url), "utf8");

test("a real answer", () => {
  const usage = usageIn(answer);
  expect(usage).toMatchObject({ front: { requests: 60_000, successes: 60_000, serverErrors: 0 } });
  const members = [...(usage?.members ?? [])];
  expect(members.map(([id]) => id)).toEqual(["w1", "w2"]);
  expect(members.reduce((sum, [, { requests }]) => sum + requests, 0)).toBe(60_000);
  const counted = members.map(([, { latencies }]) => [...latencies.values()].reduce((sum, count) => sum + count, 0));
  expect(counted).toEqual(members.map(([, { successes }]) => successes));
});

const stat = (rows: readonly string[]): string =>
  `Pid: 5\nIdle_pct: 40\n\n# pxname,svname,qcur,scur,stot,econ,eresp,wretr,wredis,type,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,last_chk,qtime,ctime,rtime,ttime,\n${rows.join("\n")}\n\n# table\n\n`;

test("a member of two backends is one: counters add up, means are weighed by requests", () => {
  const usage = usageIn(
    stat([
      "a,web,1,2,300,1,2,3,4,2,0,290,0,5,5,L7OK,10,1,20,30,",
      'b,web,2,0,100,0,0,0,0,2,0,100,0,0,0,"HTTP, 200",50,5,60,70,',
      "netwright.tls,1,0,0,9,0,0,0,0,2,0,9,0,0,0,,0,0,0,0,",
    ]),
  );
  expect(usage).toMatchObject({ pid: 5, idle: 0.4 });
  expect(usage?.members).toEqual(
    new Map([
      [
        "web",
        {
          requests: 400,
          successes: 390,
          clientErrors: 5,
          serverErrors: 5,
          failed: 3,
          retried: 7,
          sessions: 2,
          queue: 3,
          queueTime: 20,
          connectTime: 2,
          responseTime: 30,
          totalTime: 40,
          latencies: new Map(),
        },
      ],
    ]),
  );
});

test("half an answer is none", () => {
  expect(usageIn("")).toBeUndefined();
  expect(usageIn("Pid: 5\n\n")).toBeUndefined();
});
