/** Pieces of sh text. Pure. */

/** One word of a command line, whatever is in it. */
export const quote = (text: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

export const quoteAll = (words: readonly string[]): string => words.map(quote).join(" ");

/** Moves the shell that runs it, inside the sandbox, and all it starts into the lab's cgroups. */
export const joinCgroups = `join() { if [ -w "$1/cgroup.procs" ]; then echo 0 >"$1/cgroup.procs"; fi; }
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then join /sys/fs/cgroup/lab
else for root in /sys/fs/cgroup/*; do join "$root"; done; fi`;
