/** Services that the tests describe, as files that `apply -f` takes. JSON is YAML. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchDirectory } from "./product.ts";

export interface Tier {
  readonly name: string;
  readonly workload: {
    readonly image: "host";
    readonly command: readonly string[];
    readonly port: number;
    readonly env?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly replicas?: number;
  readonly spread?: "required" | "preferred" | "none";
}

export interface Allow {
  readonly from: { readonly service: string; readonly tier: string };
  readonly to: string;
  readonly port?: number;
  readonly protocol?: "TCP" | "UDP";
}

export interface Spec {
  readonly network: string;
  readonly expose?: readonly object[];
  readonly tiers: readonly (Tier | { readonly name: "lb" | "proxy"; readonly replicas: number })[];
  readonly allow?: readonly Allow[];
}

/** @returns the path of a manifest with this one service. */
export function manifestOf(name: string, spec: Spec): string {
  const path = join(scratchDirectory(), `${name}.yaml`);
  const object = { apiVersion: "netwright.dev/v1alpha1", kind: "Service", metadata: { name }, spec };
  writeFileSync(path, `${JSON.stringify(object, undefined, 2)}\n`);
  return path;
}

/** Sends back whatever it gets, over TCP and UDP. */
const echo = `const port = Number(process.env.PORT);
require("net").createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(port, "::");
const udp = require("dgram").createSocket("udp6", (data, { port, address }) => udp.send(data, port, address)).bind(port);`;

export const echoTier = (name: string, port: number, rest: Partial<Tier> = {}): Tier => ({
  name,
  workload: { image: "host", command: ["node", "-e", echo], port, env: [{ name: "PORT", value: String(port) }] },
  ...rest,
});
