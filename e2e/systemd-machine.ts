/**
 * A machine with Debian's systemd as its process 1, to install packages on: this one's files under an overlay, with
 * processes, mounts, network and control groups of its own. What is written stays in memory and goes with it.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess, type Run } from "./product.ts";
import { until } from "./until.ts";

export interface Machine {
  /** Runs a script there, with the machine's own environment. */
  readonly at: (script: string) => Promise<Run>;
  /** What has been written since the machine came up, as paths of files and links. */
  readonly written: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** Arguments: an empty directory, and one that the machine sees as /run/packages. Units for terminals, devices and logins have nothing to do here. */
const boot = `set -eu
cd "$1"
mount -t tmpfs tmpfs . && cd "$1" && mkdir upper work root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" root
cd root
mount -t proc proc proc; mount -t sysfs sysfs sys; mount --rbind /sys/fs/cgroup sys/fs/cgroup; mount --rbind /dev dev
mount -t tmpfs tmpfs run && mkdir run/packages && mount --bind "$2" run/packages
for unit in systemd-udevd systemd-logind getty@ console-getty bird haproxy frr unbound; do
  ln -sf /dev/null "etc/systemd/system/$unit.service"
done
export container=test
exec chroot . /lib/systemd/systemd --unit=basic.target --log-target=null --show-status=0`;

/** @param packages a directory */
export async function startMachine(packages: string): Promise<Machine> {
  const directory = mkdtempSync("/run/machine-");
  const unshare = ["--pid", "--net", "--uts", "--ipc", "--cgroup", "--mount", "--mount-proc", "--fork", "--kill-child"];
  const outer = spawn("unshare", [...unshare, "sh", "-c", boot, "machine", directory, packages], { stdio: "ignore" });
  const init = await processOne(outer);
  const at = (script: string): Promise<Run> =>
    runProcess([
      "nsenter",
      "--target",
      init,
      "--all",
      "--root",
      "--wd",
      "env",
      "-i",
      ...environment,
      "sh",
      "-c",
      script,
    ]);
  await until(
    "systemd has started",
    () => at("systemctl is-system-running"),
    ({ stdout }) => /running|degraded/.test(stdout),
  );
  return {
    at,
    written: () => listFiles(init, join(directory, "upper")),
    stop: async () => {
      outer.kill("SIGKILL");
      if (outer.exitCode === null && outer.signalCode === null) await once(outer, "exit");
    },
  };
}

const environment = [
  "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
  "HOME=/root",
  "LC_ALL=C.UTF-8",
  "DEBIAN_FRONTEND=noninteractive",
];

/** Process 1 of the machine, once systemd has taken it over from the shell. */
async function processOne(outer: ChildProcess): Promise<string> {
  const pid = (): string => readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, "utf8").trim();
  const name = async (): Promise<string> => {
    try {
      return readFileSync(`/proc/${pid()}/comm`, "utf8");
    } catch {
      return "";
    }
  };
  await until("process 1 is systemd", name, (text) => text === "systemd\n");
  return pid();
}

/** The overlay's upper directory is outside of the machine's root, in its mount namespace. */
function listFiles(init: string, upper: string): readonly string[] {
  const find = ["find", upper, "-type", "f,l", "-printf", "/%P\\n"];
  const text = execFileSync("nsenter", ["--target", init, "--mount", "--", ...find], { encoding: "utf8" });
  return text.trim().split("\n").toSorted();
}
