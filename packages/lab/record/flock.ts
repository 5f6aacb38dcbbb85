/** flock(2), for which Node has no call of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Milliseconds } from "@netwright/base";

/**
 * The lock belongs to the open file, which the child shares: it ends, the lock stays with us and with whoever inherits
 * the descriptor. @returns false when others held it for that long
 */
export async function flock(descriptor: number, wait: Milliseconds): Promise<boolean> {
  const child = spawn("flock", ["--exclusive", "--timeout", String(wait / 1000), "3"], {
    stdio: ["ignore", "ignore", "ignore", descriptor],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}
