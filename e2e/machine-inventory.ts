/** Everything on a machine that a lab could leave behind, as sorted lines. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** @param lab whose control groups are meant; the machine may have other labs */
export function machineInventory(lab: string): readonly string[] {
  return [
    ...processes(),
    ...lines("find", "/run", "/var/lib/netwright").map((path) => `file ${path}`),
    ...lines("ip", "-o", "link").map((line) => `link ${line.split(":")[1]?.trim()}`),
    ...lines("ip", "-6", "-o", "route", "show", "table", "all").map((line) => `route ${line}`),
    ...lines("nft", "list", "ruleset").map((line) => `nft ${line}`),
    ...lines("find", "/sys/fs/bpf", "-mindepth", "1").map((path) => `pin ${path}`),
    ...readFileSync("/proc/self/mountinfo", "utf8")
      .trim()
      .split("\n")
      .map((line) => `mount ${line.split(" ")[4]}`),
    ...lines("find", "/sys/fs/cgroup", "-name", `netwright-lab-${lab}-*`).map((path) => `cgroup ${path}`),
  ].toSorted();
}

/** Living ones but this one, and the network namespaces that they hold. Zombies hold nothing. */
function processes(): readonly string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const state = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      if (state === "Z" || command === "") return [];
      return [`process ${pid} ${command.slice(0, 120)}`, `namespace ${readlinkSync(`/proc/${pid}/ns/net`)} of ${pid}`];
    } catch {
      return [];
    }
  });
}

/** A program that is not there, or a path that is not, has nothing to tell. */
function lines(program: string, ...args: readonly string[]): readonly string[] {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    return ((error as { stdout?: string }).stdout ?? "").split("\n").filter((line) => line !== "");
  }
}
