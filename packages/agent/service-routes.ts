/** Routes to service addresses in the kernel of a router: those that BIRD gave it, and somebody else's that outrank them. */
import { formatIpv6, hostPrefix, prefixContains, type Ipv6 } from "@netwright/base";
import type { HostState, NodeReport, NodeSystem, Problem } from "@netwright/contract";
import { kernelMetric } from "@netwright/drivers/bgp-bird/render-config.ts";

/** The routes of the process's own network namespace. */
const table = "/proc/net/ipv6_route";

export interface ServiceRoutes {
  /** What the report says of routes; absent on hosts. */
  readonly told: Pick<NodeReport, "routes">;
  readonly outranked: readonly Problem[];
}

/** RTF_REJECT of linux/ipv6_route.h: the kernel refuses such packets. */
const reject = 0x200;

export async function readServiceRoutes({ files }: NodeSystem, { role, bgp }: HostState): Promise<ServiceRoutes> {
  if (role !== "Router") return { told: {}, outranked: [] };
  const routes = parseRoutes((await files.read(table)) ?? "").filter(({ address }) =>
    bgp.pools.some((pool) => prefixContains(pool, address)),
  );
  const own = routes.filter(({ metric, flags }) => metric === kernelMetric && (flags & reject) === 0);
  const ours = new Set(own.map(({ address }) => address));
  const first = routes.filter(({ address, metric }) => ours.has(address) && metric < kernelMetric);
  return {
    told: { routes: [...ours].map(hostPrefix).toSorted() },
    outranked: first.map(({ address, metric, device }) => ({
      slot: "bgp",
      code: "NW1606",
      message: `route: somebody else's to ${address} is preferred (dev ${device}, metric ${metric})`,
      subject: `${address}/128`,
    })),
  };
}

interface Route {
  readonly address: Ipv6;
  readonly metric: number;
  readonly flags: number;
  readonly device: string;
}

/** Whole addresses only. Columns: destination, its length, source, its length, next hop, metric, two counters, flags, device. */
function parseRoutes(text: string): readonly Route[] {
  return text.split("\n").flatMap((line) => {
    const [destination = "", length, , , , metric = "", , , flags = "", device = ""] = line.split(/\s+/);
    if (length !== "80" || device === "") return [];
    return [
      {
        address: formatIpv6(BigInt(`0x${destination}`)),
        metric: parseInt(metric, 16),
        flags: parseInt(flags, 16),
        device,
      },
    ];
  });
}
