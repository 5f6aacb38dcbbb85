/** Messages as the kernel reads them. Whether it takes them, linux-nodes.netns.test.ts tells. */
import { parseInterfaceAddress, parseMac } from "@netwright/base";
import { expect, test } from "vitest";
import { linkBatches, nodeBatches } from "./batches.ts";
import { encodeLink, encodeNodeStep } from "./netlink.ts";
import type { LinkStep, NodeStep } from "./steps.ts";

const link: LinkStep = {
  kind: "Link",
  ends: [
    { node: "sw", interface: "a", index: 3, mac: parseMac("0a:00:00:00:00:01"), mtu: 1500, bridge: 2 },
    { node: "a", interface: "sw", index: 4, mac: parseMac("0a:01:00:00:00:01"), mtu: 1500, bridge: null },
  ],
};
const up: NodeStep = { kind: "Up", device: "a", index: 3 };

/** Length and number of each message in a batch, and whether it asks for an answer. */
function messagesIn(data: Buffer): readonly (readonly [length: number, number: number, asks: boolean])[] {
  const found: (readonly [number, number, boolean])[] = [];
  for (let at = 0; at < data.length; at += data.readUInt32LE(at)) {
    found.push([data.readUInt32LE(at), data.readUInt32LE(at + 8), (data.readUInt16LE(at + 6) & 4) !== 0]);
  }
  return found;
}

test("an address of either family", () => {
  const encode = (text: string): string =>
    encodeNodeStep({ kind: "Address", device: "a", index: 3, address: parseInterfaceAddress(text) }).toString("hex");
  expect(encode("10.0.1.2/24")).toBe(
    "30000000140001060000000000000000" + // a header: 48 octets, RTM_NEWADDR, REQUEST CREATE EXCL
      "0218000003000000" + // AF_INET, /24, device 3
      "080002000a000102" + // IFA_LOCAL
      "080001000a000102" + // IFA_ADDRESS
      "080004000a0001ff", // IFA_BROADCAST
  );
  expect(encode("fd01::2/64")).toContain("0a4000000300000014000200fd010000000000000000000000000002");
});

test("the places for pids are those of the attributes that take them", () => {
  const { data, pidAt } = encodeLink(link);
  // IFLA_NET_NS_PID, eight octets with its own header.
  for (const at of pidAt) expect(data.subarray(at - 4, at + 4).toString("hex")).toBe("0800130000000000");
  expect(data.readUInt32LE(0)).toBe(data.length);
});

test("batches are numbered through, and the last message of each asks for an answer", () => {
  const steps = Array.from({ length: 130 }, () => up);
  const batches = nodeBatches(steps);
  expect(batches.map(({ last }) => last)).toEqual([64, 128, 130]);
  const messages = batches.flatMap(({ data }) => messagesIn(data));
  expect(messages.map(([, number]) => number)).toEqual(steps.map((_, index) => index + 1));
  expect(messages.filter(([, , asks]) => asks).map(([, number]) => number)).toEqual([64, 128, 130]);
  const [both] = linkBatches([link, link]);
  expect(both?.pids.map(({ node }) => node)).toEqual(["sw", "a", "sw", "a"]);
  for (const { at } of both?.pids ?? []) expect(both?.data.subarray(at - 4, at).toString("hex")).toBe("08001300");
});
