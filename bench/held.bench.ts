/** Connections that are held while members drain, load balancers come and go, and the edge chooses other ways for them. */
import { parseManifests, toApplyObject } from "@netwright/api";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { holdConnections, lostOf, type Held } from "./support/held.ts";
import { startLab, tierIs, type BenchLab } from "./support/lab.ts";
import { sleep } from "./support/shell.ts";
import { told } from "./support/told.ts";

const connections = 10_000;
const port = 7;

/** An echo that costs little for each connection. Draining waits longer than the benchmark looks. */
const manifest = `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: held }
spec:
  network: held
  expose: [{ hostname: held.example.net, protocol: TCP, port: ${port} }]
  tiers:
    - { name: lb, replicas: 3, spread: required }
    - name: echo
      replicas: 10
      drainTimeout: 10m
      workload:
        image: host
        command: [node, -e, 'require("net").createServer((s) => { s.pipe(s); s.on("error", () => {}) }).listen(7007, "::")']
        port: 7007
`;

async function scale(lab: BenchLab, tier: string, replicas: number): Promise<void> {
  await lab.client.scale({ project: "default", service: "held", tiers: { [tier]: replicas } });
}

async function addressOf({ client }: BenchLab): Promise<string> {
  const { status } = await client.get({ kind: "Service", project: "default", name: "held" });
  const addresses = (status?.["addresses"] ?? []) as readonly { readonly address: string }[];
  return addresses[0]?.address ?? "";
}

const steps: readonly (readonly [name: string, step: (lab: BenchLab) => Promise<void>])[] = [
  ["3 of 10 members drain", (lab) => scale(lab, "echo", 7)],
  ["one load balancer of 3 goes", (lab) => scale(lab, "lb", 2).then(() => tierIs(lab, "lb", 2, "held"))],
  ["one comes", (lab) => scale(lab, "lb", 3).then(() => tierIs(lab, "lb", 3, "held"))],
  [
    "an uplink is cut, and back",
    async (lab) => {
      await lab.netwright("lab", "cut", "edge1-host1");
      await sleep(3000);
      await lab.netwright("lab", "heal", "edge1-host1");
    },
  ],
];

/** After each step every connection has had time to speak and be answered, or to be given up. */
const settle = 30_000;

async function run(lab: BenchLab, held: Held): Promise<readonly Case[]> {
  const cases: Case[] = [told("held at the start", "connections", held.counts().held)];
  let lost = lostOf(held.counts());
  for (const [name, step] of steps) {
    await step(lab);
    await sleep(settle);
    const counts = held.counts();
    cases.push(told(`${name}: lost`, "connections", lostOf(counts) - lost, { of: "median", atMost: 0 }));
    if (lostOf(counts) > lost) process.stderr.write(`${name}: ${JSON.stringify(counts.lost)}\n`);
    lost = lostOf(counts);
  }
  return cases;
}

async function whole(): Promise<readonly Case[]> {
  const lab = await startLab("bench-held");
  try {
    const { objects } = parseManifests(manifest, "held.yaml");
    await lab.client.apply({ objects: objects.map(toApplyObject) });
    await tierIs(lab, "echo", 10, "held");
    await tierIs(lab, "lb", 3, "held");
    const held = await holdConnections(lab, await addressOf(lab), port, connections);
    const cases = await run(lab, held);
    await held.stop();
    return cases;
  } finally {
    await lab.down();
  }
}

export const benchmark: Benchmark = {
  name: "held",
  bar: "10,000 connections are held while members drain, load balancers come and go, and the edge rehashes: none is lost",
  cases: whole,
};
