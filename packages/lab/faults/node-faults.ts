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
      ...(isSwitch ? [] : [`in_node ${pid} sh -s ${quoteAll(["lo", ...devices])} <"$dir/forget.sh"`]),
    ].join("\n"),
    end: [...up, restoreCommands(pid, node), processes("release", pid)].join("\n"),
    files: { ...files, ...restoreFiles(snapshot, ["lo", ...devices], node), "forget.sh": forget },
    claims: [...claims(order), ...devices.map((device) => carrierOf({ node, device }))],
  };
}

/** Arguments: the devices that stay. */
const forget = `for namespace in /run/netns/*; do umount "$namespace" 2>/dev/null; done
nft list tables | while read -r _ family name; do
  case $name in netwright_fault_*) ;; *) nft delete table "$family" "$name" ;; esac
done
conntrack -F 2>/dev/null
for path in /sys/class/net/*; do
  device=\${path##*/}
  # TAPs of other faults.
  case $device in fault[0-9]*-*) continue ;; esac
  case " $* " in *" $device "*) ;; *) ip link del dev "$device" 2>/dev/null ;; esac
done
ip -6 route flush table all 2>/dev/null
ip link set dev lo down
ip addr flush dev lo
find /run -xdev -mindepth 1 -delete 2>/dev/null
exit 0
`;

/** @param library path of libfaketime. @param offset in milliseconds */
export function planClock(place: Place, library: string, offset: number): FaultPlan {
  const text = `${offset < 0 ? "-" : "+"}${Math.abs(offset) / 1000}`;
  const write = `printf '%s\\n' ${quote(text)} >/etc/faketimerc && printf '%s\\n' ${quote(library)} >/etc/ld.so.preload`;
  return {
    begin: `in_node ${place.pid} sh -c ${quote(write)}`,
    end: `check in_node ${place.pid} rm -f /etc/ld.so.preload /etc/faketimerc`,
    claims: [`clock of ${place.node}`],
  };
}
