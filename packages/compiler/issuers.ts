/** Who signs the certificate of a listener. Pure. */
import type { CertificateIssuer, HttpsListener, Listener } from "@netwright/api";
import type { ObjectSet } from "./objects.ts";

const defaultIssuer = "default";

/** Undefined: the built-in authority, or an issuer that does not exist (then it is named in a diagnostic). */
export function issuerOf(
  { issuers }: Pick<ObjectSet, "issuers">,
  { issuer = defaultIssuer }: Pick<HttpsListener, "issuer">,
): CertificateIssuer | undefined {
  return issuers.get(issuer)?.object;
}

/** Whether the authority asks over port 80 of the service's address whose name it is (RFC 8555 section 8.3). */
export function isAskedOverHttp(objects: Pick<ObjectSet, "issuers">, listener: Listener): boolean {
  return listener.protocol === "HTTPS" && issuerOf(objects, listener)?.spec.acme.challenge === "http-01";
}
