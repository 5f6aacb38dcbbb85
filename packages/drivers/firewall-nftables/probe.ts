import { messageOf, parseIpv6, parsePrefix, type DomainPattern } from "@netwright/base";
import { nftTable, type NetworkState, type NodeSystem } from "@netwright/contract";
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
  egress: [
    {
      from: 1,
      source: parseIpv6("2001:db8::1"),
      to: "*.example.net" as DomainPattern,
      protocol: "tcp",
      port: 443,
      origin: { object: "service/probe", field: "spec.egress[0]" },
    },
  ],
};

/** Asks nft to check, so that nothing is made. Under a name of its own: a host has a table of the other name, of other types. */
export async function probeFirewall(system: NodeSystem): Promise<readonly string[]> {
  try {
    const { code, stderr } = await system.runner.run(["nft", "-c", "-f", "-"], {
      input: renderTable(tenantTable(sample, 1)).replaceAll(`inet ${nftTable}`, `inet ${nftTable}-probe`),
    });
    return code === 0 ? [] : [`nftables lacks what the firewall needs: ${stderr.trim().split("\n")[0] ?? ""}`];
  } catch (error) {
    return [messageOf(error)];
  }
}
