/** Three hosts with real traffic: who keeps its member while members drain and load balancers go. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Runs } from "./testing/loader.ts";
import { bucketsOf, counted } from "./testing/scene.ts";
import { Site } from "./testing/site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterAll(() => site[Symbol.asyncDispose]());

const nameOf = (answer: string): string => answer.split(" ")[0] ?? "";
const drains = [
  [4, 5],
  [3, 4, 5],
  [2, 3, 4, 5],
  [1, 2, 3, 4, 5],
];

test("three of five members drain one after the other and a load balancer goes: no connection and no flow moves", async () => {
  site.comeTo(1);
  const answers: string[] = [];
  // Flows begin in every state on the way: some with members that soon drain as well.
  for (let changes = 0; changes < drains.length; changes++) {
    await site.setBuckets(bucketsOf(drains.slice(drains.length - 1 - changes)));
    const begun = [...(await site.crowd("tcp 60")), ...(await site.crowd("udp 20"))];
    const taking = drains[drains.length - 1 - changes] ?? [];
    expect(new Set(begun.map(nameOf))).toEqual(new Set(taking.map((member) => `web-${member}`)));
    answers.push(...begun);
    expect(await site.crowd("say 1")).toEqual(answers);
  }
  const before = await site.loader(2).counters(counted.tcp);
  for (const host of [2, 3, 1] as const) {
    site.comeTo(host);
    // Long enough to come as segments that the kernel has put together.
    expect(await site.crowd("say 20000")).toEqual(answers);
  }
  const after = await site.loader(2).counters(counted.tcp);
  expect(after.packets).toBeGreaterThan(before.packets);
  expect(after.retries).toBeGreaterThan(before.retries);
  expect(after.flows).toBe(before.flows);
});

test("members that died end their connections at once, and nobody else's", async () => {
  const before = await site.crowd("say 1");
  for (const member of [1, 2, 3]) await site.kill(member);
  const after = await site.crowd("say 1");
  const stayed = (answer: string): boolean => /^web-[45] /.test(answer);
  const tcp = before.map((_, at) => at % 80 < 60);
  expect(after.filter((_, at) => stayed(before[at] ?? ""))).toEqual(before.filter(stayed));
  expect(new Set(after.filter((_, at) => tcp[at] && !stayed(before[at] ?? "")))).toEqual(new Set(["ECONNRESET"]));
  // A flow of datagrams has another member from now on.
  expect(after.filter((_, at) => !tcp[at]).every(stayed)).toBe(true);
});

test("the kernel counts the runs of both programs", async () => {
  await site.setBuckets(bucketsOf([[4, 5]]));
  const loader = site.loader(1);
  const before = await loader.ask<Runs>("stats", { enable: true });
  site.comeTo(1);
  await site.crowd("tcp 20");
  const after = await loader.ask<Runs>("stats", { enable: false });
  expect(after.uplink.runs - before.uplink.runs).toBeGreaterThan(40);
  expect(after.tunnel.id).toBe(before.tunnel.id);
});
