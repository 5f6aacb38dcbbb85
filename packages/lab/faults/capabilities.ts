/** Which faults this machine can have. */
import { readdirSync } from "node:fs";
import type { LabContext } from "../context.ts";
import { wireMissing } from "./wire-program.ts";

/** Available, or why not. */
export type FaultCapability =
  | { readonly kind: "Available" }
  | { readonly kind: "Missing"; readonly reason: string; readonly hint: string };

export interface FaultCapabilities {
  /** Seeded loss, delay and the like by a process; also packets that vanish by their size, and slow DNS. */
  readonly wire: FaultCapability;
  /** The same by the kernel, without a seed. */
  readonly netem: FaultCapability;
  /** Cut links, partitions, DNS that fails. */
  readonly drop: FaultCapability;
  /** Clocks that are wrong. */
  readonly clock: FaultCapability;
}

type Machine = Pick<LabContext, "runner">;
const available: FaultCapability = { kind: "Available" };
const known = new WeakMap<object, Promise<FaultCapabilities>>();

/** Looked at once: what a kernel has does not change while it runs. */
export function faultCapabilities(machine: Machine): Promise<FaultCapabilities> {
  const found = known.get(machine.runner) ?? look(machine);
  known.set(machine.runner, found);
  return found;
}

async function look(machine: Machine): Promise<FaultCapabilities> {
  const [missing, netem, drop] = await Promise.all([
    wireMissing(machine),
    takes(machine, ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]),
    takes(machine, [
      "nft",
      "add table netdev t; add chain netdev t c { type filter hook egress device lo priority 0; }",
    ]),
  ]);
  const lacks = (reason: string, hint: string): FaultCapability => ({ kind: "Missing", reason, hint });
  return {
    wire: missing === undefined ? available : lacks(missing, "apt-get install gcc libc6-dev, or use a kernel with tun"),
    netem: netem ? available : lacks("the kernel has no sch_netem", "faults use the wire instead"),
    drop: drop ? available : lacks("the kernel has no netdev egress hook", "use a kernel from 5.16 on"),
    clock:
      faketimeLibrary() === undefined
        ? lacks("clocks are one for all nodes, and libfaketime is not installed", "apt-get install libfaketime")
        : available,
  };
}

/** In a network namespace that goes with the command. */
async function takes({ runner }: Machine, command: readonly string[]): Promise<boolean> {
  const { code } = await runner.run(["unshare", "--net", ...command]);
  return code === 0;
}

/** Debian keeps it in the directory of its architecture. */
export function faketimeLibrary(): string | undefined {
  const list = (path: string): readonly string[] => {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  };
  return list("/usr/lib")
    .map((name) => `/usr/lib/${name}/faketime`)
    .filter((path) => list(path).includes("libfaketime.so.1"))
    .map((path) => `${path}/libfaketime.so.1`)[0];
}
