/** Metrics of certificates. */
import { httpsListeners } from "../control/wanted-certificates.ts";
import type { World } from "../control/world.ts";
import type { Metrics } from "../metrics.ts";
import type { CertificateFacts } from "./certificate-status.ts";

/** Sets the gauges of every service, or of those of one project. */
export function measureCertificates(
  { certificateExpiry }: Pick<Metrics, "certificateExpiry">,
  { objects }: World,
  certificates: CertificateFacts,
  only?: string,
): void {
  certificateExpiry.reset();
  for (const { object } of objects.services.values()) {
    const { project, name } = object.metadata;
    if (only !== undefined && only !== project) continue;
    for (const { hostname } of httpsListeners(object)) {
      const { secret, issuer = "", notAfter = 0 } = certificates.record(hostname) ?? {};
      const source = secret === undefined ? issuer : `secret/${secret.name}`;
      certificateExpiry.set({ project, service: name, hostname, issuer: source }, Math.floor(notAfter / 1000));
    }
  }
}
