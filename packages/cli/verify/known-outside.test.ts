import { expect, test } from "vitest";
import { parseIpv6 } from "@netwright/base";
import type { AnswerRecord, Client } from "@netwright/api";
import { knownOutside } from "./known-outside.ts";
import { sourceIn } from "./outside-place.ts";

const [one, other] = [parseIpv6("2001:db8:f:1::2"), parseIpv6("2001:db8:f:2::2")];
const vip = parseIpv6("2001:db8:100::1");
const answer = (more: Partial<AnswerRecord>): AnswerRecord => ({
  host: "host1",
  project: "default",
  network: "jobs",
  name: "v1.api.example.net",
  address: one,
  ...more,
});
const states = [{ networks: [{ loadBalancers: [{ vip }] }] }] as never;

test("names are those of one network on one host; what will be forgotten soon is nobody to connect to", async () => {
  const answers = [
    answer({}),
    answer({ host: "host2", address: other, left: 1000 }),
    answer({ name: "v2.api.example.net" }),
  ];
  const client = { answers: async () => answers } as unknown as Client;
  const place = {
    answering: [one, other],
    addressTowards: async (to: string) => (to === vip ? one : undefined),
  } as never;
  const outside = await knownOutside(client, states, place);
  expect(outside).toMatchObject({ client: one, answering: [one] });
  const jobs = { project: "default", name: "jobs" };
  expect(outside.answered("host1", jobs)).toEqual(new Map([[one, ["v1.api.example.net", "v2.api.example.net"]]]));
  expect(outside.answered("host1", { ...jobs, name: "web" })).toEqual(new Map());
  expect(await knownOutside(client, states, undefined)).toMatchObject({ client: undefined, answering: [] });
});

test.each([
  ["2001:db8:100::1 from :: via fe80::1 dev up proto static src 2001:db8:f:1::2 metric 1024 pref medium", one],
  ["2001:db8:100::1 dev up metric 1024 pref medium", undefined],
  ["", undefined],
])("a client's own address is what its kernel says: %j", (route, source) => {
  expect(sourceIn(route)).toBe(source);
});
