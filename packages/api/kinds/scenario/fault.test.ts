import { describe, expect, test } from "vitest";
import { z } from "zod";
import { faultSchema } from "./fault.ts";
import { findingsOf } from "../findings.ts";
import type { JsonSchema } from "../json-schema.ts";
import { nemesisSchema } from "./nemesis.ts";
import { validateFault } from "./validate-fault.ts";
import { validateNemesis } from "./validate-nemesis.ts";

const schema = z.toJSONSchema(faultSchema, { io: "input" }) as JsonSchema;

/** `CODE path message` of every complaint. */
function complaints(fault: unknown): readonly string[] {
  const parsed = faultSchema.safeParse(fault, { reportInput: true });
  const found = parsed.success ? validateFault(parsed.data, []) : findingsOf(parsed.error.issues, schema);
  return found.map(({ code, path, message }) => `${code} ${path.join(".")} ${message}`);
}

const right: readonly object[] = [
  { link: "a-b", impair: { loss: "10%", delay: "20ms", jitter: "5ms", rate: "10mbit", reorder: "1%" }, from: "a" },
  {
    link: "a:eth0",
    impair: { duplicate: "1%", corrupt: "0.5%", seed: 7, match: { protocol: "tcp", port: 443, to: "::1" } },
  },
  { link: "a-b", state: "down", for: "5s" },
  { link: "a-b", cut: true, from: "a" },
  { link: "a-b", flap: { every: "2s", down: "500ms" } },
  { link: "a-b", mtu: 1400 },
  { link: "a-b", mtu: 576, silently: true, from: "a" },
  { partition: [["a", "b"], ["c"]], oneWay: true },
  {
    partition: [
      ["a", "b", "c"],
      ["c", "d"],
    ],
  },
  { node: "a", state: "paused" },
  { node: "a", state: "off" },
  { node: "a", kill: "bird", signal: "TERM" },
  { node: "a", diskFull: "/run", leave: "64Ki" },
  { node: "a", clock: "-1h" },
  { node: "a", dns: "slow" },
];

test.each(right)("%j is a fault, and can be written again", (fault) => {
  expect(complaints(fault)).toEqual([]);
  expect(z.encode(faultSchema, faultSchema.parse(fault))).toEqual(fault);
});

const wrong: readonly (readonly [unknown, string])[] = [
  [{}, "NW1202  names nothing that fails"],
  [{ link: "a-b" }, "NW1202  does not say what happens to the link"],
  [{ link: "a-b", node: "a", state: "down" }, "NW1205 node stands beside link"],
  [{ link: "a-b", state: "paused" }, "NW1205 state a link cannot be paused"],
  [{ node: "a", state: "down" }, "NW1205 state a node cannot be down"],
  [{ link: "a-b", cut: true, mtu: 1400 }, "NW1205 mtu stands beside cut"],
  [{ link: "a-b", cut: false }, "NW1203 cut"],
  [{ link: "a-b", kill: "bird" }, "NW1202  does not say what happens to the link"],
  [{ node: "a", kill: "bird", from: "b" }, "NW1205 from does not fit kill of a node"],
  [{ link: "a-b", impair: {} }, "NW1202 impair does nothing to frames"],
  [{ link: "a-b", impair: { seed: 1 } }, "NW1202 impair does nothing to frames"],
  [{ link: "a-b", impair: { jitter: "1ms", loss: "1%" } }, "NW1205 impair.jitter needs delay"],
  [{ link: "a-b", impair: { jitter: "2ms", delay: "1ms" } }, "NW1205 impair.jitter is above delay"],
  [{ link: "a-b", impair: { loss: "0%" } }, 'NW1203 impair.loss "0%" is not a share'],
  [{ link: "a-b", impair: { loss: "101%" } }, 'NW1203 impair.loss "101%" is not a share'],
  [{ link: "a-b", impair: { loss: 10 } }, "NW1204 impair.loss"],
  [{ link: "a-b", impair: { rate: "10" } }, 'NW1203 impair.rate "10" is not a rate'],
  [{ link: "a-b", impair: { rate: "1bit" } }, "NW1203 impair.rate 1bit is out of bounds"],
  [{ link: "a-b", impair: { loss: "1%", match: {} } }, "NW1202 impair.match has no condition"],
  [
    { link: "a-b", impair: { loss: "1%", match: { protocol: "icmp", port: 1 } } },
    "NW1205 impair.match.port icmp has no ports",
  ],
  [
    { link: "a-b", impair: { loss: "1%", match: { to: "1.2.3.4/33" } } },
    'NW1203 impair.match.to "1.2.3.4/33" is neither',
  ],
  [{ link: "a-b", flap: { every: "1s", down: "1s" } }, "NW1205 flap.down is not shorter than every"],
  [{ link: "a-b", mtu: 1279 }, "NW1205 mtu 1279 ends IPv6"],
  [{ link: "a-b", mtu: 1400, from: "a" }, "NW1205 from needs silently"],
  [{ link: "a b", cut: true }, 'NW1203 link "a b" is not a link'],
  [{ partition: [["a"]] }, "NW1203 partition"],
  [{ partition: [["a", "a"], ["b"]] }, "NW1205 partition.0.1 a is there twice"],
  [{ partition: [["a", "b"], ["b"]], oneWay: true }, "NW1205 oneWay b would be on both sides"],
  [{ node: "a", kill: "bird", signal: "STOP" }, "NW1203 signal"],
  [{ node: "a", diskFull: "/" }, 'NW1203 diskFull "/" is not the path of a directory'],
  [{ node: "a", diskFull: "/a/../b" }, "NW1203 diskFull"],
  [{ node: "a", clock: "1h" }, 'NW1203 clock "1h" does not say whether'],
  [{ node: "a", dns: "fail", fro: "5s" }, "NW1201 fro is not a known field"],
  [{ node: "a", dns: "fail", for: "0s" }, "NW1203 for 0s is out of bounds"],
];

test.each(wrong)("%j is refused", (fault, complaint) => {
  expect(complaints(fault)).toEqual([expect.stringContaining(complaint)]);
});

describe("nemesis", () => {
  const judge = (nemesis: object): readonly string[] =>
    validateNemesis(nemesisSchema.parse(nemesis), []).map(({ path, message }) => `${path.join(".")} ${message}`);

  test("each fault ends before the next, and has enough nodes", () => {
    const both = { every: "5s", for: "2s" };
    expect(judge({ faults: ["kill"], programs: ["bird"], ...both })).toEqual([]);
    expect(judge({ faults: ["cut"], every: "1s", for: "2s" })).toEqual(["for is above every"]);
    expect(judge({ faults: ["cut"], programs: ["bird"], ...both })).toEqual(["programs needs kill among faults"]);
    expect(judge({ faults: ["partition-bridge"], nodes: ["a", "b"], ...both })).toEqual([
      "faults.0 partition-bridge needs 3 nodes, and 2 are named",
    ]);
  });
});
