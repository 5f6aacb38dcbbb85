/** Who starts a program of a lab again when it ends. */
import { execFileSync } from "node:child_process";
import type { LiveLab } from "./live-lab.ts";

/** @param log as `control.server.log` @returns its pid: while that is stopped, the program stays down. */
export function supervisorOf({ name }: LiveLab, log: string): number {
  const command = `supervise.sh /run/netwright/labs/${name}/logs/${log}`;
  return Number(execFileSync("pgrep", ["-f", command], { encoding: "utf8" }).split("\n")[0]);
}
