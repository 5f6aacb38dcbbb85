/** Defaults of a Host that follow from other fields. */
import type { Host, HostInput } from "./schema.ts";

/** Private AS numbers of 32 bits (RFC 6996) begin here. */
const firstHostAsn = 4_200_000_000;

export function completeHost(object: HostInput): Host {
  return { ...object, spec: { ...object.spec, asn: object.spec.asn ?? firstHostAsn + object.spec.id } };
}
