/** Command lines that run inside a lab. Everything enters the pid namespace too, so that nothing outlives the lab. */

/** @param pid process 1 of the sandbox or of a node, as the caller sees it. @param cwd where to be; `/` when left out. */
export function enter(pid: number, command: readonly string[], cwd?: string): readonly [string, ...string[]] {
  return [
    "nsenter",
    "--target",
    String(pid),
    "--all",
    ...(cwd === undefined ? [] : [`--wdns=${cwd}`]),
    "--",
    ...command,
  ];
}
