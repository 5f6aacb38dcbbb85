import { expect, test } from "vitest";
import { fabric, objectsOf, step } from "../testing.ts";
import { emptyLedger } from "../ledger.ts";

/** The usual fabric with edge1 handed over to others. */
const handedOver = (session: string) =>
  fabric(1).replace(/^ {2}routerId: 10\.0\.0\.1$/m, `  managed: false\n  session: ${session}`);

const neighborsOf = (manifest: string) => {
  const { compiled } = step(objectsOf(manifest), emptyLedger);
  return { host: compiled.states.get("host1")?.bgp.neighbors ?? [], states: [...compiled.states.keys()] };
};

test("a host has what was agreed on with an edge of others, and the fabric's timers with its own", () => {
  const { host, states } = neighborsOf(
    handedOver("{ passwordFile: /etc/p, multihop: 2, communities: ['1:2'], maxPrefixes: 9, holdTime: 30s }"),
  );
  expect(states).toEqual(["edge2", "host1"]);
  expect(host).toMatchObject([
    {
      name: "edge1",
      role: "Edge",
      bfd: { interval: 300, multiplier: 3 },
      foreign: {
        passwordFile: "/etc/p",
        multihop: 2,
        ttlSecurity: false,
        communities: ["1:2"],
        maxPrefixes: 9,
        gracefulRestart: false,
        holdTime: 30_000,
        keepaliveTime: 3000,
      },
    },
    { name: "edge2", role: "Edge", bfd: { interval: 50, multiplier: 3 } },
  ]);
  expect(host[1]).not.toHaveProperty("foreign");
});

test("BFD is off where the session says so", () => {
  expect(neighborsOf(handedOver("{ bfd: { enabled: false } }")).host[0]?.bfd).toBeNull();
});

test("both ends of a link speak BFD as the managed router says", () => {
  const slower = fabric(1).replace(/^ {2}routerId: 10\.0\.0\.1$/m, "$&\n  bfd: { interval: 1s }");
  const { compiled } = step(objectsOf(slower), emptyLedger);
  const bfdOf = (node: string, neighbor: string) =>
    compiled.states.get(node)?.bgp.neighbors.find(({ name }) => name === neighbor)?.bfd;
  expect(bfdOf("host1", "edge1")).toEqual({ interval: 1000, multiplier: 3 });
  expect(bfdOf("edge1", "host1")).toEqual({ interval: 1000, multiplier: 3 });
  expect(bfdOf("edge2", "host1")).toEqual({ interval: 50, multiplier: 3 });
});
