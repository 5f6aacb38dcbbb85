/** What the agent reads of firewalls for its report. */
import {
  networkNamespace,
  type HostState,
  type NetworkReport,
  type NodeReport,
  type NodeSystem,
} from "@netwright/contract";
import { readCounts, readDenied, readNotExposed } from "@netwright/drivers";

type Networks = NodeReport["networks"];

/** Of each kind, so that a scan from outside leaves room for what workloads tried. */
const deniedMax = 100;

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
