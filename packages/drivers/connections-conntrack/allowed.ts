/** The decision about one tracked connection. Pure; it mirrors the forward chain of the firewall. */
import { isPrefix, prefixContains, type Ipv6 } from "@netwright/base";
import { egressMark, identityOf, resolverAddress } from "@netwright/contract";
import type { Connection } from "./parse.ts";
import { deliveryId, flowId, type ConnectionsWant } from "./want.ts";

/** False: a packet of it would not be let through now if it were the first. */
export function allowed(want: ConnectionsWant, { protocol, original, reply, mark }: Connection): boolean {
  const { source, destination, destinationPort } = original;
  if (isLocal(source) || isLocal(destination)) return true;
  // Where the packets go after translation: the reply's source.
  const [target, targetPort] = [reply.source, reply.sourcePort];
  if (isGone(want, source) || isGone(want, target)) return false;
  if (destination === resolverAddress) return target === want.resolver;
  if (target !== destination) {
    return want.deliveries.has(deliveryId(destination, protocol, destinationPort, target, targetPort));
  }
  if (prefixContains(want.prefix, source) && !prefixContains(want.prefix, target)) {
    const { class: from } = identityOf(source);
    return want.egress.some(
      (entry) =>
        entry.from === from &&
        entry.protocol === protocol &&
        entry.port === destinationPort &&
        entry.source === reply.destination &&
        // By name, it is the rule that let it begin: names get other addresses while connections go on.
        (isPrefix(entry.to) ? prefixContains(entry.to, target) : mark === egressMark(entry)),
    );
  }
  if (!prefixContains(want.prefix, source) || !prefixContains(want.prefix, target)) return false;
  return want.flows.has(flowId(identityOf(source).class, identityOf(target).class, protocol, destinationPort));
}

/** An address of this host that no workload has any more. */
function isGone({ prefix, hostId, addresses }: ConnectionsWant, address: Ipv6): boolean {
  return prefixContains(prefix, address) && identityOf(address).host === hostId && !addresses.has(address);
}

/** The namespace's own affairs: loopback and link-local addresses are never forwarded. */
const isLocal = (address: Ipv6): boolean => address === "::1" || /^fe[89ab]/.test(address);
