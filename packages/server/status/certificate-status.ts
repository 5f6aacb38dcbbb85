/** The certificates of a service: what is served, until when, and why something is not. Pure. */
import type { Service, ServiceStatus } from "@netwright/api";
import { issuerOf } from "@netwright/compiler";
import { formatInstant, type Instant } from "@netwright/base";
import type { Obstacle } from "../acme/attempt.ts";
import { httpsListeners, type Issued } from "../control/certificates.ts";
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
    const renewAt = certificates.renewalOf(hostname) ?? usual(record);
    const times = { notBefore: record.notBefore, notAfter: record.notAfter, renewAt };
    return [
      {
        hostname,
        issuer: record.issuer ?? "",
        ...(Object.fromEntries(Object.entries(times).map(([name, at]) => [name, formatInstant(at)])) as Times),
      },
    ];
  });
}

type Times = Pick<Certificate, "notBefore" | "notAfter" | "renewAt">;

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
  const { certificates, objects, now } = facts;
  const told: string[] = [];
  let lateRenewal: CertificateVerdict | undefined;
  for (const listener of listeners) {
    const { hostname } = listener;
    const record = certificates.record(hostname);
    const obstacle = certificates.obstacle(hostname);
    if (record === undefined)
      return no(obstacle?.reason ?? "Issuing", `${hostname}: ${obstacle?.message ?? "there is no certificate yet"}`);
    const until = formatInstant(record.notAfter);
    if (until <= now) return no("Expired", `${hostname}: expired at ${until}${because(obstacle)}`);
    told.push(`${hostname} until ${until}`);
    const wanted = issuerOf(objects, listener)?.metadata.name;
    if (obstacle === undefined) continue;
    const reason = wanted === record.issuer ? "RenewalFailed" : obstacle.reason;
    lateRenewal ??= {
      status: "True",
      reason,
      message: `${hostname}: until ${until} that is served${because(obstacle)}`,
    };
  }
  return lateRenewal ?? { status: "True", reason: "Issued", message: told.join(", ") };
}

const no = (reason: string, message: string): CertificateVerdict => ({ status: "False", reason, message });

const because = (obstacle: Obstacle | undefined): string => (obstacle === undefined ? "" : `; ${obstacle.message}`);
