/** Where tiers listen, as their manifests say. */
import { isWorkloadTier, tierProtocols, type Listener, type Service } from "@netwright/api";
import type { Protocol } from "@netwright/contract";

export interface Port {
  readonly protocol: Protocol;
  readonly port: number;
}

/** What a tier listens on inside its network. */
export function insidePorts({ spec }: Service, tier: string): readonly Port[] {
  if (tier === "proxy") return spec.expose.filter(isHttps).map(({ port }) => ({ protocol: "tcp", port }));
  const workload = spec.tiers.find((each) => each.name === tier);
  if (workload === undefined || !isWorkloadTier(workload)) return [];
  return tierProtocols(spec, tier).map((protocol) => ({ protocol, port: workload.workload.port }));
}

/** Listeners on the public address that lead to a tier. */
export const publicPorts = ({ spec }: Service, tier: string): readonly Port[] =>
  spec.expose.filter((each) => tierOf(each) === tier).map((each) => ({ protocol: protocolOf(each), port: each.port }));

export const tierOf = (listener: Listener): string => (isHttps(listener) ? "proxy" : listener.tier);
export const protocolOf = ({ protocol }: Listener): Protocol => (protocol === "UDP" ? "udp" : "tcp");
export const isHttps = (listener: Listener): listener is Extract<Listener, { readonly protocol: "HTTPS" }> =>
  listener.protocol === "HTTPS";
