/** Routes to service addresses that BIRD gave the kernel of a router, and that somebody else's route outranks there. */
import { formatIpv6, prefixContains, type Ipv6 } from "@netwright/base";
import type { HostState, NodeSystem, Problem } from "@netwright/contract";
import { kernelMetric } from "@netwright/drivers/bgp-bird/render-config.ts";

/** The routes of the process's own network namespace. */
const table = "/proc/net/ipv6_route";

export async function outrankedRoutes({ files }: NodeSystem, { role, bgp }: HostState): Promise<readonly Problem[]> {
  if (role !== "Router") return [];
  const routes = parseRoutes((await files.read(table)) ?? "").filter(({ address }) =>
    bgp.pools.some((pool) => prefixContains(pool, address)),
  );
  const ours = new Set(routes.filter(({ metric }) => metric === kernelMetric).map(({ address }) => address));
  const first = routes.filter(({ address, metric }) => ours.has(address) && metric < kernelMetric);
  return first.map(({ address, metric, device }) => ({
    slot: "bgp",
    code: "NW1606",
    message: `route: somebody else's to ${address} is preferred (dev ${device}, metric ${metric})`,
    subject: `${address}/128`,
  }));
}

interface Route {
  readonly address: Ipv6;
  readonly metric: number;
  readonly device: string;
}

/** Whole addresses only. Columns: destination, its length, source, its length, next hop, metric, two counters, flags, device. */
function parseRoutes(text: string): readonly Route[] {
  return text.split("\n").flatMap((line) => {
    const [destination = "", length, , , , metric = "", , , , device = ""] = line.split(/\s+/);
    if (length !== "80" || device === "") return [];
    return [{ address: formatIpv6(BigInt(`0x${destination}`)), metric: parseInt(metric, 16), device }];
  });
}
