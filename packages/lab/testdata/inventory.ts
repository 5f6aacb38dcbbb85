/** Everything on a machine that a lab could leave behind, as sorted lines. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export function inventory(): readonly string[] {
  return [
    ...processes(),
    ...lines("find", "/run").map((path) => `file ${path}`),
    ...lines("ip", "-o", "link").map((line) => `link ${line.split(":")[1]?.trim()}`),
    ...lines("ip", "-6", "route", "show", "table", "all").map((line) => `route ${line}`),
    ...lines("nft", "list", "ruleset").map((line) => `nft ${line}`),
    ...readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n").map((line) => `mount ${line.split(" ")[4]}`),
    ...lines("find", "/sys/fs/cgroup", "-name", "netwright-lab-killed*").map((path) => `cgroup ${path}`),
  ].toSorted();
}

/** Living ones but this one, those it runs for the inventory, and threads of the kernel. */
function processes(): readonly string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const state = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return state === "Z" || command === "" ? [] : [`process ${pid} ${command.slice(0, 120)}`];
    } catch {
      return [];
    }
  });
}

const lines = (program: string, ...args: readonly string[]): readonly string[] =>
  execFileSync(program, args, { encoding: "utf8" }).split("\n").filter((line) => line !== "");
