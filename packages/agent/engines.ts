/** What the agent reads of engines for its report, beside instances: sessions, announcements, firewalls. */
import {
  networkNamespace,
  type HostState,
  type NetworkReport,
  type NodeReport,
  type NodeSystem,
} from "@netwright/contract";
import { readCounts, readDenied } from "@netwright/drivers";
import { readAnnounced, readSessions } from "@netwright/drivers/bgp-bird/index.ts";

export type EngineFacts = Pick<NodeReport, "sessions" | "announced" | "networks">;

const deniedMax = 100;

export async function readEngines(system: NodeSystem, state: HostState): Promise<EngineFacts> {
  const [sessions, announced, networks] = await Promise.all([
    readSessions(system).catch(() => []),
    readAnnounced(system).catch(() => []),
    Promise.all(state.networks.map(({ project, name }) => readNetwork(system, project, name))),
  ]);
  return { sessions, announced, networks };
}

async function readNetwork(system: NodeSystem, project: string, name: string): Promise<NetworkReport> {
  const network = { project, name };
  const [{ rules }, denied] = await Promise.all([
    readCounts(system, networkNamespace(network)).catch(() => ({ rules: 0 })),
    readDenied(system, network).catch(() => []),
  ]);
  return { project, name, rules, denied: denied.slice(0, deniedMax) };
}
