/** What the agent reads of engines for its report, beside instances: sessions, announcements, firewalls. */
import {
  networkNamespace,
  type HostState,
  type NetworkReport,
  type NodeReport,
  type NodeSystem,
} from "@netwright/contract";
import { readCounts, readDenied, readNotExposed } from "@netwright/drivers";
import { readAnnounced, readSessions } from "@netwright/drivers/bgp-bird/index.ts";

export type EngineFacts = Pick<NodeReport, "sessions" | "announced">;
type Networks = NodeReport["networks"];

/** Of each kind, so that a scan from outside leaves room for what workloads tried. */
const deniedMax = 100;

/** By BIRD's socket: no process is started for it. */
export async function readEngines(system: NodeSystem, { bgp }: HostState): Promise<EngineFacts> {
  const [sessions, announced] = await Promise.all([
    readSessions(system, bgp.neighbors).catch(() => []),
    readAnnounced(system).catch(() => []),
  ]);
  return { sessions, announced };
}

/** @param known counts its rules from then: they are many, and change only when the firewall does */
export async function readNetworks(system: NodeSystem, { networks }: HostState, known: Networks): Promise<Networks> {
  const exposing = networks.some(({ loadBalancers }) => loadBalancers.length > 0);
  const notExposed = exposing ? await readNotExposed(system).catch(() => []) : [];
  return Promise.all(
    networks.map(async ({ project, name, loadBalancers }): Promise<NetworkReport> => {
      const before = known.find((network) => network.project === project && network.name === name);
      const vips = new Set<string | undefined>(loadBalancers.map(({ vip }) => vip));
      const strangers = notExposed.filter(({ outside }) => vips.has(outside?.destination));
      const [rules, denied] = await Promise.all([
        before?.rules ?? countRules(system, { project, name }),
        readDenied(system, { project, name }).catch(() => []),
      ]);
      return { project, name, rules, denied: [...denied.slice(0, deniedMax), ...strangers.slice(0, deniedMax)] };
    }),
  );
}

async function countRules(
  system: NodeSystem,
  network: { readonly project: string; readonly name: string },
): Promise<number> {
  const { rules } = await readCounts(system, networkNamespace(network)).catch(() => ({ rules: 0 }));
  return rules;
}
