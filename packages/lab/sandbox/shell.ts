/** Pieces of sh text. Pure. */

/** One word of a command line, whatever is in it. */
export const quote = (text: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

export const quoteAll = (words: readonly string[]): string => words.map(quote).join(" ");

/**
 * `identify PROC` sets `identity` to pid and start time of the shell itself, as the machine sees them, from the procfs
 * given. Together they name a process for ever (proc(5), stat fields 1 and 22). A shell's name holds no spaces, so words
 * are fields; a subshell would find itself instead.
 */
export const identifyFunction = `identify() { read -r line <"$1/self/stat"; set -- $line; identity="$1 \${22}"; }`;

/** Moves the shell that runs it, inside the sandbox, and all it starts into the lab's cgroups. */
export const joinCgroups = `join() { if [ -w "$1/cgroup.procs" ]; then echo 0 >"$1/cgroup.procs"; fi; }
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then join /sys/fs/cgroup/lab
else for root in /sys/fs/cgroup/*; do join "$root"; done; fi`;
