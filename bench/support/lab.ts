/** A lab of the product, as a user has it, with short ways to what a benchmark asks of it. */
import { readFileSync } from "node:fs";
import { createClient, nodeTransport, type Client } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { product, repository } from "../../e2e/product.ts";
import { enterAsPart } from "../../packages/lab/sandbox/enter.ts";
import type { LabRecord } from "../../packages/lab/record/record.ts";
import { run, until } from "./shell.ts";

export interface BenchLab {
  readonly name: string;
  readonly record: LabRecord;
  readonly client: Client;
  /** Fails when the command does. @returns what it wrote */
  netwright(...args: readonly string[]): Promise<string>;
  /** A command line that runs at a node. */
  at(node: string, ...command: readonly string[]): readonly string[];
  runAt(node: string, ...command: readonly string[]): Promise<string>;
  down(): Promise<void>;
}

export async function startLab(name: string, ...options: readonly string[]): Promise<BenchLab> {
  const call = product(name);
  const netwright = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await call(...args);
    if (code === 0) return stdout;
    throw new NetwrightError("NW1601", `netwright ${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
  };
  await netwright("lab", "up", ...options);
  const directory = `/run/netwright/labs/${name}`;
  const record = JSON.parse(readFileSync(`${directory}/lab.json`, "utf8")) as LabRecord;
  const at: BenchLab["at"] = (node, ...command) => enterAsPart(record.nodes[node]?.machine.pid ?? 0, command);
  return {
    name,
    record,
    client: createClient({
      transport: nodeTransport({ kind: "Socket", path: `${directory}/server.sock` }),
      token: readFileSync(`${directory}/token`, "utf8").trim(),
    }),
    netwright,
    at,
    runAt: (node, ...command) => run(at(node, ...command)),
    down: async () => void (await netwright("lab", "down")),
  };
}

export const shop = `${repository}/examples/shop.yaml`;

/** Until exactly so many instances of the tier run, all of them ready. */
export async function tierIs(lab: BenchLab, tier: string, replicas: number, service = "shop"): Promise<void> {
  await until(`${tier} has ${replicas} ready instances`, async () => {
    const { items } = await lab.client.list("Instance");
    const ours = items.filter(({ metadata }) => metadata.name.startsWith(`${service}-${tier}-`));
    return ours.length === replicas && ours.every(({ status }) => status?.["phase"] === "Ready");
  });
}
