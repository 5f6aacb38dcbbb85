/** The two scripts of a fault, around what is its own. Pure. */
import { joinCgroups } from "../sandbox/shell.ts";
import type { FaultPlan } from "./plan.ts";

/**
 * `at PID COMMAND...` runs in a node's network, `in_node` in all of its namespaces. What `attend COMMAND...` starts is a
 * process group that ends with the fault; its command line names the fault's directory, by which it is known again.
 * `alone` waits for the other script: whoever began may have been killed while that goes on. It fails when the fault has
 * ended meanwhile, also where another one has its number by now.
 */
const library = (token: string): string => `at() { target=$1; shift; nsenter --target "$target" --net -- "$@"; }
in_node() { target=$1; shift; nsenter --target "$target" --all -- "$@"; }
attend() { setsid "$@" </dev/null >/dev/null 2>>"$dir/log" 9>&- & echo $! >>"$dir/attendants"; }
is_there() { [ "$(cat "$dir/token" 2>/dev/null)" = ${token} ]; }
alone() { is_there && command exec 9>>"$dir/lock" && flock -w 60 9 && [ "$dir/lock" -ef "/proc/$$/fd/9" ] && is_there; }
is_ours() { tr '\\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$dir/"; }
`;

/** @param limit in milliseconds: the fault ends itself then. */
export const beginScript = (
  directory: string,
  token: string,
  { begin }: FaultPlan,
  limit: number | undefined,
): string =>
  [
    "set -eu",
    `dir=${directory}`,
    joinCgroups,
    library(token).trimEnd(),
    "alone",
    begin,
    ': >"$dir/active"',
    ...(limit === undefined
      ? []
      : [`attend sh -c 'sleep "$1"; exec sh "$0"' "$dir/end.sh" ${(limit / 1000).toFixed(3)}`]),
    "",
  ].join("\n");

/**
 * Any number of times. `check at PID ...` forgives a node that has ended: it took what was in it with
 * it, `check for_node PID ...` what is done for it in the sandbox. `dismiss` ends the attendants.
 */
export const endScript = (directory: string, token: string, { end }: FaultPlan): string => `set -u
dir=${directory}
${library(token)}check() { "$@" 2>>"$dir/log" || if [ -e "/proc/$2/ns" ]; then failed=1; fi; }
for_node() { shift; "$@"; }
dismiss() {
  for pid in $(cat "$dir/attendants" 2>/dev/null); do
    if [ "$pid" = $$ ] || ! is_ours "$pid"; then continue; fi
    kill -TERM "-$pid" 2>/dev/null
    while is_ours "$pid"; do sleep 0.01; done
  done
}
alone || { ! is_there; exit; }
failed=0
: >"$dir/ending"
rm -f "$dir/active"
${end}
dismiss
if [ $failed = 1 ]; then tail -n 3 "$dir/log" >&2; exit 1; fi
rm -rf "$dir"
`;
