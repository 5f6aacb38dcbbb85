/**
 * The last state received, kept on disk: a restarted agent goes on from it even while the server is away. Values of
 * secrets, private keys of proxies among them, are kept beside it in memory, and after a reboot come from the server again.
 */
import { join } from "node:path";
import type { HostState, NodeSystem, SecretValue } from "@netwright/contract";
import { isInMemory } from "@netwright/drivers/memory.ts";
import type { Goal } from "./converger.ts";

// What runs here, and with which variables, is nobody's but root's.
const mode = 0o600;

const pathOf = (system: NodeSystem): string => join(system.paths.state, "host-state.json");
const secretsPathOf = (system: NodeSystem): string => join(system.paths.run, "secrets.json");

export async function loadGoal(system: NodeSystem, node: string): Promise<Goal | undefined> {
  const text = await system.files.read(pathOf(system));
  if (text === undefined) return undefined;
  const saved = JSON.parse(text) as { readonly revision: number; readonly state: HostState };
  if (saved.state.node !== node) return undefined;
  const kept = await system.files.read(secretsPathOf(system));
  if (kept === undefined || saved.state.secrets === undefined) return saved;
  const values = new Map((JSON.parse(kept) as readonly SecretValue[]).map((each) => [each.digest, each]));
  const secrets = saved.state.secrets.map((each) => values.get(each.digest) ?? each);
  return { ...saved, state: { ...saved.state, secrets } };
}

export async function saveGoal(system: NodeSystem, { revision, state }: Goal): Promise<void> {
  const { secrets } = state;
  // Before the state that needs them: a state without its values is only late, values without a state are nothing.
  if (secrets === undefined) await system.files.remove(secretsPathOf(system));
  else if (await isInMemory(system.files, system.paths.run))
    await system.files.write(secretsPathOf(system), JSON.stringify(secrets), mode);
  const kept = secrets === undefined ? state : { ...state, secrets: secrets.map(({ digest }) => ({ digest })) };
  await system.files.write(pathOf(system), JSON.stringify({ revision, state: kept }), mode);
}
