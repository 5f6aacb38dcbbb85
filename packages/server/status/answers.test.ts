import { seconds, type Instant, type Ipv6 } from "@netwright/base";
import type { AnsweredAddress } from "@netwright/contract";
import { expect, test } from "vitest";
import type { Heard } from "../state/reports.ts";
import { answersNow } from "./answers.ts";

const now = 1_800_000_000_000 as Instant;
const after = (at: number, span: number): Instant => (at + seconds(span)) as Instant;
/** An hour fast. */
const hostsClock = after(now, 3600);
const row = (name: string, more: Partial<AnsweredAddress> = {}): AnsweredAddress => ({
  name,
  address: "2001:db8:f::2" as Ipv6,
  live: true,
  goodUntil: after(hostsClock, 60),
  ...more,
});
const heard = (answered: readonly AnsweredAddress[], project = "default", node = "host1"): Heard =>
  ({
    at: now,
    report: {
      node,
      at: hostsClock,
      networks: [
        { project, name: "jobs", answered },
        { project, name: "web" },
      ],
    },
  }) as unknown as Heard;

test("what is let through now, with the time that is left by the host's own clock and since its report", () => {
  const { goodUntil: _, ...untold } = row("b.example.net");
  const rows = [untold, row("a.example.net"), row("c.example.net", { live: false })];
  const common = { host: "host1", project: "default", network: "jobs", address: "2001:db8:f::2" };
  expect(answersNow([heard(rows)], after(now, 20))).toEqual([
    { ...common, name: "a.example.net", left: seconds(40) },
    { ...common, name: "b.example.net" },
  ]);
  expect(answersNow([heard([row("a.example.net")])], after(now, 60))).toEqual([]);
});

test("hosts in order; of a project no other's", () => {
  const all = [
    heard([row("a.example")], "blue", "host2"),
    heard([row("a.example")]),
    heard([row("b.example")], "blue"),
  ];
  const told = (scope: string | null) => answersNow(all, now, scope).map(({ host, name }) => `${host} ${name}`);
  expect(told(null)).toEqual(["host1 b.example", "host1 a.example", "host2 a.example"]);
  expect(told("blue")).toEqual(["host1 b.example", "host2 a.example"]);
});
