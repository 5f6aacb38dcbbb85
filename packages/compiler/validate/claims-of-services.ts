/** Names that services claim: mostly no two are the same, which is seen at once. */
import { serviceChain, type Service } from "@netwright/api";
import type { ObjectSet } from "../objects.ts";

const known = new WeakMap<Service, readonly string[]>();

/** True when two services claim the same, or one something twice. */
export function claimTwice({ services }: ObjectSet): boolean {
  const seen = new Set<string>();
  let count = 0;
  for (const { object } of services.values()) {
    const claims = known.get(object) ?? claimsOf(object);
    known.set(object, claims);
    for (const claim of claims) seen.add(claim);
    count += claims.length;
  }
  return seen.size < count;
}

/** Hostnames, listeners, and what its instances are called but for their numbers. */
function claimsOf(service: Service): readonly string[] {
  const { metadata, spec } = service;
  const hostnames = new Set(spec.expose.map(({ hostname }) => `hostname ${hostname}`));
  const listeners = spec.expose.map(
    ({ hostname, port, protocol }) => `listener ${hostname} ${protocol === "UDP" ? "udp" : "tcp"} ${port}`,
  );
  const instances = serviceChain(service).map(({ name }) => `instance ${metadata.project}/${metadata.name}-${name}`);
  return [...hostnames, ...listeners, ...instances];
}
