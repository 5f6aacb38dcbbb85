/** Rules of `tiers[].health`. */
import { printDuration } from "../../fields/duration.ts";
import { exactlyOne, finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Health } from "./health.ts";
import type { ServiceInput } from "./schema.ts";
import { isImplied } from "./tier.ts";

export function validateHealth(spec: ServiceInput["spec"], index: number): readonly Finding[] {
  const health = spec.tiers[index]?.health;
  if (health === undefined) return [];
  const path: FieldPath = ["spec", "tiers", index, "health"];
  return [
    ...exactlyOne(health, ["http", "https", "tcp"], path, "write http: /healthz, https: /healthz, or tcp: true"),
    ...paceFindings(health, path),
    ...questionFindings(health, path),
    ...clearFindings(spec, index, path),
  ];
}

function paceFindings({ timeout, interval }: Health, path: FieldPath): readonly Finding[] {
  if (timeout <= interval) return [];
  const message = `${printDuration(timeout)} is longer than interval, which is ${printDuration(interval)}`;
  const hint = "a check must be over before the next one begins: write a shorter timeout or a longer interval";
  return [finding("NW1205", [...path, "timeout"], message, hint)];
}

/** What only a request has. */
function questionFindings(health: Health, path: FieldPath): readonly Finding[] {
  if (health.http !== undefined || health.https !== undefined) return [];
  const hint = "a connection has no name and no answer: write http: /PATH or https: /PATH, or leave it out";
  return (["host", "expectedCodes"] as const)
    .filter((field) => health[field] !== undefined)
    .map((field) => keyFinding("NW1205", [...path, field], "is for checks with http or https only", hint));
}

/** What proxies speak to in the clear cannot answer over TLS at the same port. */
function clearFindings({ expose, tiers }: ServiceInput["spec"], index: number, path: FieldPath): readonly Finding[] {
  const tier = tiers[index];
  const isFirst = tiers.findIndex(({ name }) => !isImplied(name)) === index;
  const isProxied = isFirst && expose.some(({ protocol }) => protocol === "HTTPS");
  if (!isProxied || tier?.health?.https === undefined || tier.mutualTls !== undefined) return [];
  const message = "proxies speak HTTP without TLS to this tier";
  const hint = "write http instead; or mutualTls, with which proxies and checks speak TLS to it";
  return [keyFinding("NW1205", [...path, "https"], message, hint)];
}
