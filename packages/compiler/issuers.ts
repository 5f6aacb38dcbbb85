/** Where the certificate of a listener comes from. Pure. */
import { tlsKeys, type CertificateIssuer, type HttpsListener, type Listener, type SealedValue } from "@netwright/api";
import { projectKey, type ObjectSet } from "./objects.ts";

export const defaultIssuer = "default";

/** Undefined: the user's own, the built-in authority, or an issuer that does not exist (then it is named in a diagnostic). */
export function issuerOf(
  { issuers }: Pick<ObjectSet, "issuers">,
  { issuer = defaultIssuer, certificateRef }: Pick<HttpsListener, "issuer" | "certificateRef">,
): CertificateIssuer | undefined {
  return certificateRef === undefined ? issuers.get(issuer)?.object : undefined;
}

/** Of a listener with `certificateRef`. */
export interface OwnCertificate {
  readonly secret: string;
  readonly chain: SealedValue;
  readonly key: SealedValue;
}

/** Undefined for a listener of another kind, and where the Secret lacks something (then it is named in a diagnostic). */
export function ownCertificate(
  { secrets }: Pick<ObjectSet, "secrets">,
  project: string,
  listener: Listener,
): OwnCertificate | undefined {
  const name = listener.protocol === "HTTPS" ? listener.certificateRef?.name : undefined;
  if (name === undefined) return undefined;
  const { sealed = {} } = secrets.get(projectKey(project, name))?.object.spec ?? {};
  const [chain, key] = tlsKeys.map((each) => sealed[each]);
  return chain === undefined || key === undefined ? undefined : { secret: name, chain, key };
}

/** Whether the authority asks over port 80 of the service's address whose name it is (RFC 8555 section 8.3). */
export function isAskedOverHttp(objects: Pick<ObjectSet, "issuers">, listener: Listener): boolean {
  return listener.protocol === "HTTPS" && issuerOf(objects, listener)?.spec.acme.challenge === "http-01";
}
