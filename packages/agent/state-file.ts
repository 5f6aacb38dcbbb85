/** The last state received, kept on disk: a restarted agent goes on from it even while the server is away. */
import { join } from "node:path";
import type { HostState, NodeSystem } from "@netwright/contract";
import type { Goal } from "./converger.ts";

// It holds private keys of this node's proxies: nobody but root may read it.
const mode = 0o600;

const pathOf = (system: NodeSystem): string => join(system.paths.state, "host-state.json");

export async function loadGoal(system: NodeSystem, node: string): Promise<Goal | undefined> {
  const text = await system.files.read(pathOf(system));
  if (text === undefined) return undefined;
  const saved = JSON.parse(text) as { readonly revision: number; readonly state: HostState };
  return saved.state.node === node ? saved : undefined;
}

export async function saveGoal(system: NodeSystem, goal: Goal): Promise<void> {
  await system.files.write(pathOf(system), JSON.stringify(goal), mode);
}
