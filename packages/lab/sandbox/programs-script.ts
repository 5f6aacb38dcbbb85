/** The scripts that start programs in nodes and start them again when they end. Pure. */
import type { NodeProgram } from "../programs/program.ts";
import { logPath, programStatusPath, type LabPaths } from "../record/paths.ts";
import type { NodeProcess } from "../record/record.ts";
import { joinCgroups, quoteAll } from "./shell.ts";

/**
 * Keeps one program running; stays in the sandbox's own namespaces, where log and status lie.
 * Arguments: log, status, the node's process 1, then the command. Ends with the node.
 */
export const superviseScript = `log=$1 status=$2 node=$3; shift 3
exec >>"$log" 2>&1
restarts=0
while [ -e "/proc/$node" ]; do
  echo "running $restarts" >"$status"
  code=0
  nsenter --target "$node" --all -- "$@" || code=$?
  echo "ended $code $restarts" >"$status"
  echo "lab: ended with status $code, starting again"
  restarts=$((restarts + 1))
  sleep 0.5
done
`;

/** Starts programs all at once and waits for none. */
export function programsScript(
  paths: LabPaths,
  nodes: Readonly<Record<string, NodeProcess>>,
  programs: readonly NodeProgram[],
): string {
  const starts = programs.map(({ node, program, command }) => {
    const files = [logPath(paths, node, program), programStatusPath(paths, node, program)];
    return `start ${quoteAll([...files, String(nodes[node]?.pidInSandbox), ...command])}`;
  });
  return `set -eu
${joinCgroups}
start() { setsid sh ${paths.scripts}/supervise.sh "$@" </dev/null >/dev/null 2>&1 & }
${starts.join("\n")}
`;
}
