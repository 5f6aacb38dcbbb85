/** Faults of a whole node: paused, off, a program killed, a clock that is wrong. Pure. */
import { carrierOf } from "./carrier.ts";
import type { FaultPlan, Place } from "./plan.ts";
import { quote, quoteAll } from "../sandbox/shell.ts";
import { restoreCommands, restoreFiles, type NodeSnapshot } from "./snapshot.ts";
import { nodeProcessesProgram } from "./node-processes.ts";

const files = { "processes.pl": nodeProcessesProgram };
const processes = (...words: readonly (string | number)[]): string =>
  `perl "$dir/processes.pl" ${quoteAll(words.map(String))}`;
const claims = ({ node }: Place): readonly string[] => [`processes of ${node}`];

/** -1: each process but process 1 and who sends; one call, so that none is forked in between. */
const signalAll = (pid: number, signal: "STOP" | "KILL"): string =>
  `nsenter --target ${pid} --pid -- sh -c 'kill -${signal} -1 || true'`;

export const planPause = (place: Place): FaultPlan => ({
  begin: signalAll(place.pid, "STOP"),
  end: processes("resume", place.pid),
  files,
  claims: claims(place),
});

export interface KillOrder {
  readonly signal: string;
  readonly program: string;
  /** Log of the lab's own program of that name, by which it is known. */
  readonly log: string;
  /** Until the fault ends: the lab does not start its program again, or what others start again is killed again. */
  readonly stays: "NotStarted" | "KilledAgain" | null;
}

export function planKill(place: Place, { signal, program, log, stays }: KillOrder): FaultPlan {
  const kill = processes("kill", place.pid, signal, program, log);
  const claimed = { files, claims: [`${program} of ${place.node}`] };
  if (stays === null) return { begin: kill, end: ":", files };
  // Power that comes back starts programs.
  if (stays === "NotStarted") {
    const [hold, release] = (["hold", "release"] as const).map((verb) => processes(verb, place.pid, log));
    return {
      begin: `${hold}\n${kill}`,
      end: release ?? "",
      ...claimed,
      claims: [...claimed.claims, ...claims(place)],
    };
  }
  return {
    begin: [kill, `attend sh "$dir/again.sh" "$dir" ${quoteAll([String(place.pid), signal, program, log])}`].join("\n"),
    end: ":",
    ...claimed,
    files: { ...files, "again.sh": killAgain },
  };
}

/** A look takes some milliseconds: ten a second are no burden, and nothing does much in a tenth of one. */
const killAgain = `dir=$1; shift
while sleep 0.1; do perl "$dir/processes.pl" kill "$@" 2>/dev/null; done
`;

export interface PowerOrder extends Place {
  readonly devices: readonly string[];
  /** A switch keeps its bridge: that is its hardware. */
  readonly isSwitch: boolean;
  readonly snapshot: NodeSnapshot;
}

/**
 * What a node has in memory goes: processes, rules, routes, devices and namespaces that it made, its /run. What it has on
 * disk stays. Then it stands as the lab made it, and its programs start.
 */
export function planOff(order: PowerOrder): FaultPlan {
  const { node, pid, devices, isSwitch, snapshot } = order;
  const down = devices.map((device) => `at ${pid} ip link set dev ${device} down`);
  const up = ["lo", ...devices].map((device) => `check at ${pid} ip link set dev ${device} up`);
  return {
    begin: [
      processes("hold", pid),
      signalAll(pid, "KILL"),
      ...down,
      ...(isSwitch
        ? []
        : [`perl "$dir/forget-files.pl" ${pid}`, `at ${pid} sh "$dir/forget.sh" ${quoteAll(["lo", ...devices])}`]),
    ].join("\n"),
    end: [...up, restoreCommands(pid, node), processes("release", pid)].join("\n"),
    files: {
      ...files,
      ...restoreFiles(snapshot, ["lo", ...devices], node),
      "forget.sh": forget,
      "forget-files.pl": forgetFiles,
    },
    claims: [...claims(order), ...devices.map((device) => carrierOf({ node, device }))],
  };
}

/** In the node's network alone: its own root may have no tools. Arguments: the devices that stay. */
const forget = `nft list tables | while read -r _ family name; do
  case $name in netwright_fault_*) ;; *) nft delete table "$family" "$name" ;; esac
done
conntrack -F 2>/dev/null
ip -o link show | while IFS=': @' read -r _ device _; do
  # TAPs of other faults.
  case $device in fault[0-9]*-*) continue ;; esac
  case " $* " in *" $device "*) ;; *) ip link del dev "$device" 2>/dev/null ;; esac
done
ip -6 route flush table all 2>/dev/null
ip link set dev lo down
ip addr flush dev lo
exit 0
`;

/** Namespaces that are pinned in a node's /run, and its files there. Perl is loaded before it enters. Argument: the node's process 1. */
const forgetFiles = `use strict; use warnings; use POSIX ();
my ($setns, $umount) = @{{ x86_64 => [308, 166], aarch64 => [268, 39] }->{(POSIX::uname())[4]} // die "unknown machine\\n"};
my ($pid) = @ARGV;
open my $mounts, "<", "/proc/$pid/ns/mnt" or die "node: $!\\n";
syscall($setns, fileno $mounts, 0x20000) == 0 or die "setns: $!\\n";
sub inside { my ($directory) = @_;
  opendir my $open, $directory or return;
  return map { "$directory/$_" } grep { !/^\\.\\.?$/ } readdir $open }
for my $namespace (inside("/run/netns")) { 1 while syscall($umount, $namespace, 2) == 0 }
my ($device) = lstat "/run";
sub clear { my ($directory) = @_;
  for my $path (inside($directory)) {
    my ($on) = lstat $path or next;
    next if $on != $device;
    if (-d _) { clear($path); rmdir $path } else { unlink $path }
  } }
clear("/run");
`;

/**
 * Through the node's root, for it may have no tools of its own. What it has in these files already stays in force, and is
 * back afterwards. @param library path of libfaketime. @param offset in milliseconds
 */
export function planClock(place: Place, library: string, offset: number): FaultPlan {
  const text = `${offset < 0 ? "-" : "+"}${Math.abs(offset) / 1000}`;
  const etc = `/proc/${place.pid}/root/etc`;
  const names = ["faketimerc", "ld.so.preload"] as const;
  const put = (file: string, name: string): string =>
    `cp -p ${file} ${etc}/${name}.new && mv -f ${etc}/${name}.new ${etc}/${name}`;
  return {
    begin: [
      // Seen from here it would lead into the machine.
      `for file in ${etc} ${names.map((name) => `${etc}/${name}`).join(" ")}; do if [ -L "$file" ]; then echo "$file is a link" >&2; exit 1; fi; done`,
      ...names.map((name) => `[ ! -e ${etc}/${name} ] || cp -p ${etc}/${name} "$dir/kept-${name}"`),
      ': >"$dir/kept"',
      `printf '%s\\n' ${quote(text)} >"$dir/faketimerc"`,
      `{ printf '%s\\n' ${quote(library)}; cat "$dir/kept-ld.so.preload" 2>/dev/null || true; } >"$dir/ld.so.preload"`,
      'chmod 644 "$dir/faketimerc" "$dir/ld.so.preload"',
      // What starts meanwhile finds the old file or the new one.
      ...names.map((name) => put(`"$dir/${name}"`, name)),
    ].join("\n"),
    end: [
      'if [ -e "$dir/kept" ]; then',
      ...names
        .toReversed()
        .map(
          (name) =>
            `  if [ -e "$dir/kept-${name}" ]; then check for_node ${place.pid} cp -p "$dir/kept-${name}" ${etc}/${name}; else check for_node ${place.pid} rm -f ${etc}/${name}; fi`,
        ),
      "fi",
    ].join("\n"),
    claims: [`clock of ${place.node}`],
  };
}
