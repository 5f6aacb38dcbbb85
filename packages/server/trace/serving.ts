/** Why a service's address is not served, where a packet to it finds no way: from the service's own status. */
import { objectName, type ServiceStatus, type TraceHop } from "@netwright/api";
import type { VipEntry } from "@netwright/compiler";
import type { ServerContext } from "../routes/context.ts";
import { keyText } from "../state/objects.ts";

interface Served {
  readonly vip: VipEntry;
  readonly status: Partial<ServiceStatus>;
}

function servedAt({ controller, view }: ServerContext, address: string): Served | undefined {
  const vip = [...controller.world.ledger.values()].find((entry) => entry.kind === "Vip" && entry.address === address);
  if (vip?.kind !== "Vip") return undefined;
  const object = view.get(keyText({ kind: "Service", project: vip.project, name: vip.service }));
  return { vip, status: object?.status ?? {} };
}

/** That a request is to go another way soon, and what is waited for. Undefined where none is. */
export function switchingAt(context: ServerContext, address: string): string | undefined {
  const { conditions = [] } = servedAt(context, address)?.status ?? {};
  return conditions.find(({ reason }) => reason === "Switching")?.message;
}

/** Undefined when no service has the address. */
export function servingFindings(context: ServerContext, address: string): TraceHop | undefined {
  const served = servedAt(context, address);
  if (served === undefined) return undefined;
  const { vip } = served;
  const { instances = [], conditions = [] } = served.status;
  const down = instances
    .filter(({ phase }) => phase !== "Ready")
    .map(({ id, phase, message }) => `${id}: ${phase}: ${message}`);
  const unmet = conditions
    .filter(({ status }) => status !== "True")
    .map(({ type, reason, message }) => `${type} is not true: ${reason}: ${message}`);
  const place = objectName({ kind: "Service", metadata: { name: vip.service, project: vip.project } });
  return { place, step: "serves this address", detail: `from pool ${vip.pool}`, findings: [...down, ...unmet] };
}
