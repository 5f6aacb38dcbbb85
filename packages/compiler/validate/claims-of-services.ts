/** Names that services claim: mostly no two are the same, which is seen at once. */
import { serviceChain, type Service } from "@netwright/api";
import type { ObjectSet } from "../objects.ts";

interface Claims {
  /** Each once, and a listener that is there twice in place of both. */
  readonly hostnames: readonly string[];
  /** What its instances are called, but for their numbers. */
  readonly instances: readonly string[];
  /** Only with such a tier can instances of two services have one name: `a` with `b-c`, and `a-b` with `c`. */
  readonly hasDash: boolean;
}

const known = new WeakMap<Service, Claims>();

/** True when two services claim the same, or one something twice. */
export function claimTwice({ services }: ObjectSet): boolean {
  const all = Array.from(services.values(), ({ object }) => knownClaims(object));
  return (
    someTwice(all.map(({ hostnames }) => hostnames)) ||
    (all.some(({ hasDash }) => hasDash) && someTwice(all.map(({ instances }) => instances)))
  );
}

function someTwice(lists: readonly (readonly string[])[]): boolean {
  const seen = new Set<string>();
  let count = 0;
  for (const list of lists) {
    for (const each of list) seen.add(each);
    count += list.length;
  }
  return seen.size < count;
}

function knownClaims(service: Service): Claims {
  const claims = known.get(service) ?? claimsOf(service);
  known.set(service, claims);
  return claims;
}

function claimsOf(service: Service): Claims {
  const { metadata, spec } = service;
  const listeners = spec.expose.map(
    ({ hostname, port, protocol }) => `${hostname} ${protocol === "UDP" ? "udp" : "tcp"} ${port}`,
  );
  const hostnames = new Set(spec.expose.map(({ hostname }) => hostname));
  const tiers = new Set(serviceChain(service).map(({ name }) => name));
  return {
    hostnames: [
      ...hostnames,
      ...listeners.filter((each, index) => listeners.indexOf(each) !== index).flatMap((each) => [each, each]),
    ],
    instances: [...tiers].map((tier) => `${metadata.project}/${metadata.name}-${tier}`),
    hasDash: [...tiers].some((tier) => tier.includes("-")),
  };
}
