/** One process per namespace deletes all that must go; an entry that went by itself meanwhile is no problem. */
import { messageOf } from "@netwright/base";
import type { NodeSystem, Problem } from "@netwright/contract";
import type { ConnectionChange } from "./plan.ts";
import { renderDelete } from "./render.ts";

export async function applyConnections(
  system: NodeSystem,
  changes: readonly ConnectionChange[],
): Promise<readonly Problem[]> {
  const namespaces = [...new Set(changes.map((change) => change.netns))];
  const problems = await Promise.all(
    namespaces.map((netns) =>
      cut(
        system,
        netns,
        changes.filter((change) => change.netns === netns),
      ),
    ),
  );
  return problems.flat();
}

// conntrack opens /dev/stdin by its name, which fails where that is a socket, as it is under Node.
const load = ["sh", "-c", "cat | conntrack --load-file -"] as const;

async function cut(
  system: NodeSystem,
  netns: string,
  changes: readonly ConnectionChange[],
): Promise<readonly Problem[]> {
  const problem = (message: string): readonly Problem[] => [
    { slot: "connections", code: "NW1601", message, subject: netns },
  ];
  const input = changes.map(({ connection }) => `${renderDelete(connection)}\n`).join("");
  try {
    const { code, stderr } = await system.runner.run(load, { netns, input });
    return code === 0 || /0 flow entries/.test(stderr) ? [] : problem(`conntrack -D: ${stderr.trim()}`);
  } catch (error) {
    return problem(messageOf(error));
  }
}
