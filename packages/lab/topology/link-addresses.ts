/** Addresses of both ends of a link, by what stands at its ends. */
import type { Ipv6 } from "@netwright/base";
import { internetAddress, isInternetRole, linkAddress, switchAddress } from "./address-plan.ts";
import type { NodeDraft } from "./plan-lab.ts";

export interface LinkAddresses {
  readonly addresses: readonly [Ipv6 | null, Ipv6 | null];
  readonly prefixLength: number;
}

/** Counts customers and router links as they come, so call it once per plan and link by link. */
export function linkAddresses(): (ends: readonly [NodeDraft, NodeDraft]) => LinkAddresses {
  let [customers, routerLinks] = [0, 0];
  return ([a, b]) => {
    if (a.switchNumber !== null || b.switchNumber !== null) {
      const number = a.switchNumber ?? b.switchNumber ?? 0;
      return { addresses: [onSwitch(number, a), onSwitch(number, b)], prefixLength: 64 };
    }
    if (a.role === "Provider" && isInternetRole(b.role)) {
      const customer = customers++;
      return { addresses: [internetAddress(customer, 1), internetAddress(customer, 2)], prefixLength: 64 };
    }
    if (b.role === "Provider" && isInternetRole(a.role)) {
      const customer = customers++;
      return { addresses: [internetAddress(customer, 2), internetAddress(customer, 1)], prefixLength: 64 };
    }
    const link = routerLinks++;
    return { addresses: [linkAddress(link, 0), linkAddress(link, 1)], prefixLength: 127 };
  };
}

const onSwitch = (number: number, node: NodeDraft): Ipv6 | null =>
  node.switchNumber === null ? switchAddress(number, node) : null;
