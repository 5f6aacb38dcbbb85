/** The certificates of a service: what is served, until when, and why something is not. Pure. */
import type { HttpsListener, Service, ServiceStatus } from "@netwright/api";
import { issuerOf } from "@netwright/compiler";
import { formatInstant, type Instant } from "@netwright/base";
import type { Obstacle } from "../acme/attempt.ts";
import { expiresSoon, type Issued } from "../control/certificates.ts";
import { httpsListeners } from "../control/wanted-certificates.ts";
import type { Facts } from "./facts.ts";

/** What statuses need to know of certificates. */
export interface CertificateFacts {
  /** What is served. */
  record(hostname: string): Issued | undefined;
  /** Why one is not there, or cannot be renewed. */
  obstacle(hostname: string): Obstacle | undefined;
  /** When an authority that is not built in is asked for the next one. */
  renewalOf(hostname: string): Instant | undefined;
  issuerFacts(name: string): { readonly account: string | undefined; readonly obstacle: Obstacle | undefined };
}

type Certificate = NonNullable<ServiceStatus["certificates"]>[number];

/** In the order of the listeners. */
export function certificatesOf({ certificates }: Facts, service: Service): readonly Certificate[] {
  const hostnames = new Set(httpsListeners(service).map(({ hostname }) => hostname));
  return [...hostnames].flatMap((hostname) => {
    const record = certificates.record(hostname);
    if (record === undefined) return [];
    const { issuer = "", secret, notBefore, notAfter } = record;
    const renewAt = certificates.renewalOf(hostname) ?? usual(record);
    return [
      {
        hostname,
        issuer,
        ...(secret === undefined ? {} : { secret: secret.name }),
        notBefore: formatInstant(notBefore),
        notAfter: formatInstant(notAfter),
        ...(secret === undefined ? { renewAt: formatInstant(renewAt) } : {}),
      },
    ];
  });
}

const usual = ({ notBefore, notAfter }: Issued): Instant => (notAfter - (notAfter - notBefore) / 3) as Instant;

interface CertificateVerdict {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** Undefined for a service without HTTPS. */
export function judgeCertificates(facts: Facts, service: Service): CertificateVerdict | undefined {
  const listeners = httpsListeners(service);
  if (listeners.length === 0) return undefined;
  const { certificates, now } = facts;
  const told: string[] = [];
  let warning: CertificateVerdict | undefined;
  for (const listener of listeners) {
    const { hostname } = listener;
    const record = certificates.record(hostname);
    const obstacle = certificates.obstacle(hostname);
    if (record === undefined)
      return no(obstacle?.reason ?? "Issuing", `${hostname}: ${obstacle?.message ?? "there is no certificate yet"}`);
    const until = formatInstant(record.notAfter);
    if (until <= now) return no("Expired", `${hostname}: expired at ${until}; ${obstacle?.message ?? nextOne(record)}`);
    told.push(`${hostname} until ${until}`);
    warning ??= warningOf(facts, listener, record, obstacle);
  }
  return warning ?? { status: "True", reason: "Issued", message: told.join(", ") };
}

/** What is served is good, but not for long or not what it should be. */
function warningOf(
  { objects, now }: Facts,
  listener: HttpsListener,
  record: Issued,
  obstacle: Obstacle | undefined,
): CertificateVerdict | undefined {
  const { hostname, certificateRef } = listener;
  const until = formatInstant(record.notAfter);
  const warn = (reason: string, why: string): CertificateVerdict => ({
    status: "True",
    reason,
    message: `${hostname}: until ${until} that is served${why}`,
  });
  if (obstacle !== undefined) {
    const isRenewal = certificateRef === undefined && issuerOf(objects, listener)?.metadata.name === record.issuer;
    return warn(isRenewal ? "RenewalFailed" : obstacle.reason, because(obstacle));
  }
  const { secret } = record;
  if (secret === undefined || !expiresSoon(record, Date.parse(now))) return undefined;
  return warn("ExpiresSoon", `; ${nextOne(record)}`);
}

/** Where the one after it comes from, when nothing is in the way. */
function nextOne({ secret, issuer }: Issued): string {
  if (secret !== undefined) return `nobody renews it: put the next one into secret/${secret.name}`;
  return issuer === undefined
    ? "the built-in authority is making the next one"
    : `the next one is being ordered from CertificateIssuer ${issuer}`;
}

const no = (reason: string, message: string): CertificateVerdict => ({ status: "False", reason, message });

const because = (obstacle: Obstacle | undefined): string => (obstacle === undefined ? "" : `; ${obstacle.message}`);
