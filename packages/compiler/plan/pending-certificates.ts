import { ownCertificate } from "../issuers.ts";
import type { ObjectSet } from "../objects.ts";

/**
 * By hostname. Certificates are made when a service is applied; a plan takes them as there, and as the same. Those of
 * users are what the last set that has them says.
 */
export function pendingCertificates(...sets: readonly ObjectSet[]): ReadonlyMap<string, string> {
  const all = sets.flatMap((set) =>
    [...set.services.values()].flatMap(({ object }) =>
      object.spec.expose.map((listener): readonly [string, string] => {
        const { chain, key } = ownCertificate(set, object.metadata.project, listener) ?? {};
        return [listener.hostname, chain === undefined || key === undefined ? "" : `${chain.digest} ${key.digest}`];
      }),
    ),
  );
  return new Map(all);
}
