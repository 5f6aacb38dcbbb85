/** Command lines that run inside a lab. Everything enters the pid namespace too, so that nothing outlives the lab. */
import { joinCgroups } from "./shell.ts";

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

/** The node's network alone, with the caller's own files. */
export const enterNetwork = (pid: number, command: readonly string[]): readonly [string, ...string[]] => [
  "nsenter",
  "--target",
  String(pid),
  "--net",
  "--",
  ...command,
];

/**
 * Also in the lab's control groups. Beside them it would compete with the whole lab for the CPU: the scheduler would have
 * a proxy go before its own clients, for each single request.
 */
export const enterAsPart = (pid: number, command: readonly string[], cwd?: string): readonly [string, ...string[]] =>
  enter(pid, ["sh", "-c", `${joinCgroups}\nexec "$@"`, "sh", ...command], cwd);
