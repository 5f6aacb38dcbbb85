import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { resultOf } from "./outcome.ts";
import type { ProbeSeen } from "./probe-words.ts";

const result = (fate: ProbeSeen["fate"], how: string, by = "") => {
  const common = { index: 0, at: milliseconds(0), took: milliseconds(1500), address: "2001:db8::9", answer: "" };
  const { outcome, detail } = resultOf({ ...common, fate, how, by, sourcePort: 1 });
  return `${outcome}: ${detail}`;
};

test.each([
  ["Connected: answered", result("Open", "", "::1")],
  ["Silent: nothing for 1.50 s", result("Dropped", "silence")],
  ["Refused: RST", result("Refused", "rst", "::1")],
  ["Refused: port unreachable", result("Refused", "icmp6 1 4 ", "::1")],
  ["Refused: port unreachable", result("Refused", "icmp4 3 3 ", "192.0.2.1")],
  ["Unreachable: administratively prohibited", result("Refused", "icmp6 1 1 ", "::2")],
  ["Unreachable: address unreachable", result("Refused", "icmp6 1 3 ", "::2")],
  ["Unreachable: hop limit exceeded", result("Refused", "icmp6 3 0 ", "::2")],
  ["Unreachable: at the sender: Network is unreachable", result("Failed", "errno 101 Network is unreachable")],
  ["Silent: at the sender: Operation not permitted", result("Failed", "errno 1 Operation not permitted")],
  ["Failed: Address already in use", result("Failed", "errno 98 Address already in use")],
  ["Failed: name Name or service not known", result("Failed", "name Name or service not known")],
])("%s", (expected, found) => expect(found).toBe(expected));

test("took in microseconds", () => {
  const seen = { index: 0, fate: "Open", how: "", by: "::1", at: milliseconds(0), took: milliseconds(0.4321) } as const;
  expect(resultOf({ ...seen, address: "::1", answer: "", sourcePort: 7 })).toEqual({
    outcome: "Connected",
    microseconds: 432,
    detail: "answered",
    by: "::1",
    sourcePort: 7,
  });
});
