/** Captures on a link that carries much else: what the kernel counts before the filter is there belongs to nobody. */
import { expect, test } from "vitest";
import { runFiles } from "../testdata/session.ts";

const knock = `perl -MSocket -e 'socket S, 2, 2, 0; send S, "x", 0, pack_sockaddr_in(4789, inet_aton("10.0.0.1")) for 1 .. 7'`;
const scenario = {
  apiVersion: "netwright.dev/v1alpha1",
  kind: "Scenario",
  metadata: { name: "s" },
  spec: {
    matrix: { n: [1, 2, 3, 4] },
    topology: {
      lab: {
        nodes: ["a", "b"].map((name) => ({ name, role: "Linux" })),
        links: [{ ends: ["a", "b"].map((node, index) => ({ node, addresses: [`10.0.0.${index + 1}/24`] })) }],
      },
    },
    setup: [
      {
        at: "a",
        background: [1, 2, 3].map((n) => ({ name: `flood${n}`, run: "exec ping -q -f 10.0.0.2" })),
        wait: [{ command: { run: "test $(cat /sys/class/net/b/statistics/rx_packets) -gt 500" } }],
      },
    ],
    steps: [
      {
        at: "b",
        run: knock,
        checks: [
          { capture: { link: "a-b", filter: "udp port 4789", min: 7, max: 7 } },
          { capture: { link: "a-b", filter: "udp port 4788", max: 0 } },
        ],
      },
    ],
  },
};

test("all packets that match are counted and no others, also when the link is never quiet", async () => {
  const { runs } = await runFiles({ "s.yaml": JSON.stringify(scenario) });
  expect(runs.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual(Array(4).fill("Passed null"));
});
