import { messageOf, parsePrefix } from "@netwright/base";
import type { NetworkState, NodeSystem } from "@netwright/contract";
import { renderTable } from "../nftables/render.ts";
import { tenantTable } from "./tenant-table.ts";

/** An empty network out of the documentation prefix (RFC 3849): its table holds every expression that we use. */
const sample: NetworkState = {
  project: "probe",
  name: "probe",
  vni: 1,
  prefix: parsePrefix("2001:db8::/64"),
  mtu: 1430,
  tunnels: [],
  workloads: [],
  policy: [],
  loadBalancers: [],
  deliveries: [],
};

/** Asks nft to check, so that nothing is made. */
export async function probeFirewall(system: NodeSystem): Promise<readonly string[]> {
  try {
    const { code, stderr } = await system.runner.run(["nft", "-c", "-f", "-"], {
      input: renderTable(tenantTable(sample, 1)),
    });
    return code === 0 ? [] : [`nftables lacks what the firewall needs: ${stderr.trim().split("\n")[0] ?? ""}`];
  } catch (error) {
    return [messageOf(error)];
  }
}
