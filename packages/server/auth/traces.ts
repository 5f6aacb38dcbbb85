/** Traces that people of one project may ask for, and what they see of them. */
import type { ConnectionTrace, TraceHop } from "@netwright/api";
import { NetwrightError, prefixContains, type Ipv6Prefix } from "@netwright/base";
import type { Packet } from "@netwright/model";
import type { Facts } from "../status/facts.ts";

/**
 * From the internet to the project's own addresses; from its instances anywhere but to public addresses of others, in use
 * or not. @throws NW1501
 */
export function checkWithin(project: string, { from, destination }: Packet, { ledger, objects }: Facts): void {
  const own = [...ledger.vips.values()].some((vip) => vip.project === project && vip.address === destination);
  if (own) return;
  const pools = [...objects.pools.values()].flatMap(({ object }) => object.spec.prefixes as readonly Ipv6Prefix[]);
  if (from !== "internet" && !pools.some((prefix) => prefixContains(prefix, destination))) return;
  throw new NetwrightError("NW1501", `${destination} is no address of project ${project}`, {
    hint: "trace what comes to an address of one of its services, or what one of its instances opens",
  });
}

const somethingWrong = "something is wrong here: who runs the site can see what";

/** Hosts and routers serve everybody: that something is wrong on one is told, and not what. @param nodes their names. */
export function publicTrace(trace: ConnectionTrace, nodes: ReadonlySet<string>): ConnectionTrace {
  const shared = ({ place, findings }: TraceHop): boolean => findings.length > 0 && nodes.has(place);
  const hops = trace.hops.map((hop) => (shared(hop) ? { ...hop, findings: [somethingWrong] } : hop));
  const blamed = trace.hops.find((hop) => shared(hop) && trace.reason === `${hop.place}: ${hop.findings[0]}`);
  return { ...trace, hops, reason: blamed === undefined ? trace.reason : `${blamed.place}: ${somethingWrong}` };
}
