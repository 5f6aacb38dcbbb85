/** Who is still in a lab's cgroups, as a person would look for it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Some of the processes in the cgroup or below it: `bird 4711 (D in rtnl_lock)`, with state and wait channel of proc(5). */
export async function processesLeft(cgroup: string, most = 5): Promise<readonly string[]> {
  const ids = await idsIn(cgroup);
  return Promise.all(ids.slice(0, most).map(describe));
}

async function idsIn(cgroup: string): Promise<readonly string[]> {
  const own = await readFile(join(cgroup, "cgroup.procs"), "utf8").catch(() => "");
  const entries = await readdir(cgroup, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => idsIn(join(cgroup, name)));
  return [...own.split("\n").filter((id) => id !== ""), ...(await Promise.all(below)).flat()];
}

async function describe(pid: string): Promise<string> {
  const [stat, channel] = await Promise.all(
    ["stat", "wchan"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")),
  );
  const [, name = "?", state = "?"] = /\((.*)\) (\S)/.exec(stat ?? "") ?? [];
  return `${name} ${pid} (${state}${channel === "" || channel === "0" ? "" : ` in ${channel}`})`;
}
