import { messageOf } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";

/** The programs that the batches are for. */
export async function probeLinks(system: NodeSystem): Promise<readonly string[]> {
  const missing = await Promise.all([
    absent(system, ["ip", "-V"], "ip (package iproute2) is not there"),
    absent(system, ["bridge", "-V"], "bridge (package iproute2) is not there"),
    absent(system, ["nsenter", "-V"], "nsenter (package util-linux) is not there"),
  ]);
  return missing.flat();
}

async function absent(
  system: NodeSystem,
  command: readonly [string, ...string[]],
  missing: string,
): Promise<readonly string[]> {
  try {
    const { code } = await system.runner.run(command);
    return code === 0 ? [] : [missing];
  } catch (error) {
    return [`${missing}: ${messageOf(error)}`];
  }
}
