import { milliseconds } from "@netwright/base";
import { defaultLab, planLab } from "@netwright/lab";
import { describe, expect, test } from "vitest";
import { outcomeOf } from "./outcome.ts";
import type { ProbeSeen } from "@netwright/system/probing/probe-words.ts";

const topology = planLab(defaultLab({ hosts: 1 }));
const [internet1, provider] = ["internet1", "provider"].map((name) =>
  topology.nodes.find((node) => node.name === name),
);
const own = String(internet1?.ports[0]?.address);
const other = String(provider?.ports.find(({ peer }) => peer.node === "internet1")?.address);

const seen = (fate: ProbeSeen["fate"], how: string, by = ""): string => {
  const result = {
    index: 0,
    fate,
    how,
    by,
    at: milliseconds(0),
    took: milliseconds(1000),
    address: "2001:db8::9",
    answer: "",
    sourcePort: 0,
  };
  const outcome = outcomeOf(topology, "internet1", result);
  return `${outcome.fate}; ${outcome.seen}`;
};

describe("fates", () => {
  test.each([
    [seen("Open", ""), "Open; Open after 1 s"],
    [seen("Dropped", "silence"), "Dropped; Dropped: nothing for 1 s"],
    [seen("Refused", "rst", "10.0.1.2"), "Refused; Refused by 10.0.1.2: RST"],
    [seen("Refused", "icmp6 1 1 ", other), `Refused; Refused by provider (${other}): administratively prohibited`],
    [seen("Refused", "icmp6 1 3 ", other), `Refused; Refused by provider (${other}): address unreachable`],
    [seen("Refused", "icmp6 1 3 ", own), "Dropped; Dropped: nobody on the link answers for 2001:db8::9"],
    [seen("Refused", "icmp6 1 5 ", "::2"), "Refused; Refused by ::2: rejected by a route or policy"],
    [seen("Refused", "icmp6 2 0 1400", "::2"), "Refused; Refused by ::2: packet too big, MTU 1400"],
    [seen("Refused", "icmp6 3 0 ", "::2"), "Refused; Refused by ::2: hop limit exceeded"],
    [seen("Refused", "icmp4 3 4 1300", "192.0.2.1"), "Refused; Refused by 192.0.2.1: packet too big, MTU 1300"],
    [seen("Refused", "icmp4 3 13 ", "192.0.2.1"), "Refused; Refused by 192.0.2.1: administratively prohibited"],
    [seen("Refused", "icmp4 11 0 ", "192.0.2.1"), "Refused; Refused by 192.0.2.1: TTL exceeded"],
    [seen("Failed", "errno 1 Operation not permitted"), "Dropped; Dropped: by a rule of internet1 itself"],
    [seen("Failed", "errno 22 Invalid argument"), "Dropped; Dropped: by internet1 itself (blackhole)"],
    [seen("Failed", "errno 90 Message too long"), "Refused; Refused by internet1 itself: larger than the device's MTU"],
    [
      seen("Failed", "errno 101 Network is unreachable"),
      "Refused; Refused by internet1 itself: no route (Network is unreachable)",
    ],
    [seen("Failed", "errno 24 Too many open files"), "undefined; cannot be sent from internet1: Too many open files"],
    [
      seen("Failed", "name Name or service not known"),
      "undefined; not resolved at internet1: Name or service not known",
    ],
  ])("%s", (found, expected) => expect(found).toBe(expected));
});
