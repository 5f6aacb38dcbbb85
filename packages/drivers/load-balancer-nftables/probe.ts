import { messageOf } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";

/** Asked with `--check`, so that nothing is made. `lo` is there in every namespace. */
const sample = `table netdev netwright-probe {
	chain probe {
		type filter hook ingress device "lo" priority 0; policy accept;
		ether daddr set jhash ip6 saddr . th sport mod 1021 seed 1 map { 0 : 02:00:00:00:00:01 }
		fwd to "lo"
	}
}
`;

export async function probeBalancer(system: NodeSystem): Promise<readonly string[]> {
  try {
    const { code, stderr } = await system.runner.run(["nft", "-c", "-f", "-"], { input: sample });
    if (code === 0) return [];
    return [`nftables cannot hash and forward at a device's ingress: ${stderr.trim().split("\n")[0] ?? ""}`];
  } catch (error) {
    return [messageOf(error)];
  }
}
