/**
 * The script that supervises one generation: makes its control groups, runs it, starts it again when it ends, stops it
 * on SIGTERM, and in the end removes all that belongs to it. It works whether an agent runs or not. Pure.
 */
import { constants } from "node:os";
import type { NodePaths } from "@netwright/contract";
import type { ImageRecord } from "../image-store/index.ts";
import { killCountFile, limits, mountsOf, type Hierarchies } from "./control-groups.ts";
import { enterScript } from "./enter-script.ts";
import { ownerOf } from "./host-root.ts";
import { quoted } from "./quoted.ts";
import { bundleOf, bundlesDirectory, controlGroup, crunRoot, trashDirectory, writablePath } from "./layout.ts";
import { volumeFiles } from "./volume-mounts.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

/** What a host has for limits. */
export interface Ground {
  readonly hierarchies: Hierarchies;
  /** `MAJOR:MINOR`; null where the state directory is on none. */
  readonly disk: string | null;
}

/** @param image null for `host` */
export function supervisorScript(
  instance: ContainerInstance,
  paths: NodePaths,
  { hierarchies, disk }: Ground,
  image: ImageRecord | null,
): string {
  const generation = generationOf(instance);
  const group = controlGroup(paths, generation);
  const { directory } = bundleOf(paths, generation);
  const mounts = mountsOf(hierarchies);
  const volumes = volumeFiles(instance.run.volumes, paths);
  const variables = {
    generation,
    bundle: directory,
    siblings: `${bundlesDirectory(paths)}/${instance.name}@`,
    root: crunRoot(paths),
    trash: trashDirectory(paths),
    group,
    mounts: mounts.map(({ mount }) => mount).join(" "),
    groups: mounts.map(({ mount }) => `${mount}${group}`).join(" "),
    kills: killCountFile(hierarchies, group) ?? "/dev/null",
    signal: signalNumber(instance.run.stopSignal ?? image?.stopSignal ?? "SIGTERM"),
    grace: `${instance.run.stopGracePeriod / 1000}`,
    volumes: volumes.join("\n"),
    writable: image === null ? "" : writablePath(paths, generation),
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`);
  const writes = limits(instance.run.resources, hierarchies, group, disk).map(
    ({ file, value, optional }) =>
      `  ${optional === true ? `[ ! -e ${quoted(file)} ] || ` : ""}echo ${quoted(value)} >${quoted(file)} || return`,
  );
  return `${[
    "#!/bin/sh",
    "# Written by Netwright. Supervises one container.",
    ...settings,
    "prepare() {",
    ...delegation(hierarchies, group),
    ...writes,
    ...(instance.run.files.length > 0 ? [ownFiles(image?.user ?? ownerOf(instance.run))] : []),
    "}",
    ...enterScript(image, { volumes: volumes.length > 0, writableBytes: instance.run.writableBytes ?? null }),
    program,
  ].join("\n")}\n`;
}

/** Files that only their owner may read are the workload's. */
const ownFiles = ({ uid, gid }: { readonly uid: number; readonly gid: number }): string =>
  '  for dir in "$bundle/rootfs" "$bundle/files"; do ' +
  `[ ! -d "$dir" ] || chown -R ${uid}:${gid} "$dir" || return; done`;

/** SIGRTMIN as the C library counts: the kernel's first two are its own. */
const firstRealTime = 34;

function signalNumber(name: string): string {
  const realTime = /^SIGRTMIN(?:\+(\d+))?$/.exec(name);
  if (realTime !== null) return `${firstRealTime + Number(realTime[1] ?? 0)}`;
  return `${constants.signals[name as NodeJS.Signals] ?? constants.signals.SIGTERM}`;
}

/** One process for all: each costs a millisecond of the start. */
const makeDirectories = '  mkdir -p "$bundle/rootfs" $groups || return';

/** In version 2 a group has the controllers that each group above it hands down. */
function delegation(hierarchies: Hierarchies, group: string): readonly string[] {
  const v2 = mountsOf(hierarchies).find(({ version }) => version === 2);
  if (v2 === undefined) return [makeDirectories];
  const names = Object.entries(hierarchies)
    .filter(([, { version }]) => version === 2)
    .map(([name]) => `+${name}`)
    .join(" ");
  const parents = group.split("/").slice(1, -1);
  const above = ["", ...parents.map((_, index) => `/${parents.slice(0, index + 1).join("/")}`)];
  return [
    makeDirectories,
    ...above.map((path) => `  echo ${quoted(names)} >${quoted(`${v2.mount}${path}/cgroup.subtree_control`)} || return`),
  ];
}

/**
 * dash, coreutils and util-linux only. File descriptor 9 holds the lock that makes it the only supervisor of its bundle;
 * no child gets it, so that it is free as soon as the supervisor is gone.
 */
const program = `
pause() { sleep "$1" 9>&- & wait "$!"; kill "$!" 2>/dev/null; }

# Sets pid when the container's first process lives; a reused pid is in another control group.
running() {
  pid=
  # crun ends the file without a newline, which read takes for a failure.
  { read -r pid <"$bundle/pid"; } 2>/dev/null
  [ -n "$pid" ] && grep -qsF "$group" "/proc/$pid/cgroup"
}

end_container() {
  while [ -e "$bundle/starting" ] && ! running && kill -0 "$child" 2>/dev/null; do sleep 0.02 9>&-; done
  running || return
  kill -s "$signal" "$pid" 2>/dev/null
  timeout "$grace" tail --pid="$pid" -s 0.02 -f /dev/null 9>&- && return
  running && kill -KILL "$pid"
}

oom_kills() {
  count=0
  while read -r key value; do [ "$key" = oom_kill ] && count=$value; done <"$kills"
}

# Leaves no process, group or file.
remove_all() {
  if running; then kill -KILL "$pid"; fi
  [ -d "$root/$generation" ] && crun --root "$root" --cgroup-manager=disabled delete --force "$generation"
  for mount in $mounts; do
    for try in 1 2 3 4 5 6 7 8 9 10; do
      [ -d "$mount$group" ] || break
      rmdir "$mount$group" 2>/dev/null && break
      sleep 0.05 9>&-
    done
    (cd "$mount" && dir=\${group%/*} && rmdir -p "\${dir#/}" 2>/dev/null)
  done
  # Gone at once: half a bundle would look like one that nobody supervises.
  mkdir -p "$trash" && mv "$bundle" "$trash/$generation.$$"
  rm -rf "$bundle" "$trash"
  [ -z "$writable" ] || rm -rf "$writable"
}

# A volume is for one container at a time; its loop device is there for as long as somebody has it mounted. The lines
# have no blanks to split at.
await_volumes() {
  for file in $volumes; do
    while [ -z "$stopping" ] && [ -n "$(losetup --noheadings --output NAME --associated "$file" 9>&-)" ]; do
      : >"$bundle/waiting"
      pause 0.05
    done
  done
  [ ! -e "$bundle/waiting" ] || rm -f "$bundle/waiting"
}

# Runs the container to its end; its status is in code, "-" where nobody could see it.
run_container() {
  : >"$bundle/starting"
  [ -d "$root/$generation" ] && crun --root "$root" --cgroup-manager=disabled delete --force "$generation"
  (
    for dir in $groups; do echo 0 >"$dir/cgroup.procs" || exit 125; done
    enter crun --root "$root" --cgroup-manager=disabled run --bundle "$bundle" --pid-file "$bundle/pid" "$generation"
  ) </dev/null 9>&- &
  child=$!
  while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
    end_container
  done
  rm -f "$bundle/starting"
}

# A container whose crun or whose former supervisor was killed: it is left in peace and watched.
watch_container() {
  while running; do
    if [ -n "$stopping" ]; then end_container; else pause 0.1; fi
    code=-
  done
}

exec 9>"$bundle/lock"
if [ "\${1:-}" = remove ]; then
  stopping=1
  # A supervisor lives after all: it is asked to do it.
  flock --nonblock 9 || { : >"$bundle/stop"; read -r pid _ <"$bundle/supervisor" && kill -TERM "$pid"; exit; }
  remove_all
  exit 0
fi
flock --nonblock 9 || exit 0
read -r stat </proc/self/stat
echo "$stat" >"$bundle/supervisor"
stopping= child= restarts=0 delay=200 code=
trap 'stopping=1' TERM
[ -e "$bundle/stop" ] && stopping=1
{ read -r _ _ restarts _ <"$bundle/exit"; } 2>/dev/null && restarts=$((restarts + 1))

# Only one generation of an instance runs at a time.
for other in "$siblings"*; do
  while [ "$other" != "$bundle" ] && [ -e "$other" ] && [ -z "$stopping" ]; do
    : >"$bundle/waiting"
    pause 0.02
  done
done
[ ! -e "$bundle/waiting" ] || rm -f "$bundle/waiting"

while [ -z "$stopping" ] || running; do
  read -r began _ </proc/uptime
  # The parent may go away in between, with the last group of another supervisor.
  prepared=1
  prepare || prepare || prepared=
  oom_kills; before=$count
  [ -z "$volumes" ] || [ -e "$bundle/pid" ] || await_volumes
  [ -z "$stopping" ] || running || break
  # A start whose end nobody recorded is a former supervisor's; the container may live.
  if [ -e "$bundle/pid" ]; then code=-; elif [ -n "$prepared" ]; then run_container; else code=125; fi
  watch_container
  oom_kills
  read -r ended _ </proc/uptime
  [ "$((\${ended%.*} - \${began%.*}))" -ge 60 ] && delay=200
  echo "$code $(date +%s%3N) $restarts $((count - before)) $delay" >"$bundle/exit.new"
  mv "$bundle/exit.new" "$bundle/exit"
  rm -f "$bundle/pid"
  [ -n "$stopping" ] && break
  pause "$((delay / 1000)).$(printf %03d $((delay % 1000)))"
  delay=$((delay * 2)); [ "$delay" -gt 30000 ] && delay=30000
  restarts=$((restarts + 1))
done
remove_all`;
