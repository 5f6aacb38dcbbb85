/** Why a service's address is not served, where a packet to it finds no way: from the service's own status. */
import { objectName, type TraceHop } from "@netwright/api";
import type { ServerContext } from "../routes/context.ts";

/** Undefined when no service has the address. */
export function servingFindings({ controller, view }: ServerContext, address: string): TraceHop | undefined {
  const vip = [...controller.world.ledger.values()].find((entry) => entry.kind === "Vip" && entry.address === address);
  if (vip?.kind !== "Vip") return undefined;
  const service = view.get("Service", vip.service, vip.project);
  if (service?.kind !== "Service") return undefined;
  const { instances = [], conditions = [] } = service.status ?? {};
  const down = instances.filter(({ phase }) => phase !== "Ready").map(({ id, phase, message }) => `${id}: ${phase}: ${message}`);
  const unmet = conditions.filter(({ status }) => status !== "True").map(({ type, reason, message }) => `${type} is not true: ${reason}: ${message}`);
  return { place: objectName(service), step: "serves this address", detail: `from pool ${vip.pool}`, findings: [...down, ...unmet] };
}
