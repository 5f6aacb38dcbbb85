/** Pools, certificate issuers and host names of a project (NW1406). A service keeps what it has when a list gets shorter. */
import { coversHostname, type Hostname, type Listener, type Project, type Service } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { issuerOf } from "../issuers.ts";
import { diagnose, type Applied, type ObjectSet } from "../objects.ts";
import { someOf } from "./amounts.ts";

type Limits = Pick<Project["spec"], "pools" | "issuers" | "hostnames"> | undefined;

export const mayUsePool = (limits: Limits, pool: string): boolean => limits?.pools?.includes(pool) ?? true;

export const mayUseIssuer = (limits: Limits, issuer: string): boolean => limits?.issuers?.includes(issuer) ?? true;

export const mayUseHostname = (limits: Limits, hostname: Hostname): boolean =>
  limits?.hostnames?.some((pattern) => coversHostname(pattern, hostname)) ?? true;

export const limitsOf = (objects: ObjectSet, project: string): Limits => objects.projects.get(project)?.object.spec;

/** Names of pools that are there for a project. */
export const poolsFor = (objects: ObjectSet, project: string): readonly string[] =>
  [...objects.pools.keys()].filter((pool) => mayUsePool(limitsOf(objects, project), pool)).toSorted();

export function* checkAllowed(before: ObjectSet, after: ObjectSet): Generator<Diagnostic> {
  for (const [key, item] of after.services) {
    const limits = limitsOf(after, item.object.metadata.project);
    if (limits === undefined) continue;
    const old = before.services.get(key)?.object;
    yield* poolOf(item, limits, old);
    yield* hostnamesOf(item, limits, old);
    yield* issuersOf([before, after], item, limits, old);
  }
}

function* poolOf(item: Applied<Service>, limits: Limits, old: Service | undefined): Generator<Diagnostic> {
  const { metadata, spec } = item.object;
  if (spec.expose.length === 0 || mayUsePool(limits, spec.pool)) return;
  if (old !== undefined && old.spec.expose.length > 0 && old.spec.pool === spec.pool) return;
  const hint = listed(limits?.pools, "it may use no pool: its services are reached from inside only");
  yield diagnose(
    "NW1406",
    item,
    ["spec", "pool"],
    `project ${metadata.project} may not use AddressPool ${spec.pool}`,
    hint,
  );
}

function* hostnamesOf(item: Applied<Service>, limits: Limits, old: Service | undefined): Generator<Diagnostic> {
  const { metadata, spec } = item.object;
  const had = new Set(old?.spec.expose.map(({ hostname }) => hostname));
  for (const [index, { hostname }] of spec.expose.entries()) {
    if (mayUseHostname(limits, hostname) || had.has(hostname)) continue;
    const path = ["spec", "expose", index, "hostname"];
    const hint = listed(limits?.hostnames, "it may use no host name: its services are reached from inside only");
    yield diagnose("NW1406", item, path, `project ${metadata.project} may not use host name ${hostname}`, hint);
  }
}

/** The one that signs for it, whether it is named or not. */
export const issuerName = (objects: ObjectSet, listener: Listener): string | undefined =>
  listener.protocol === "HTTPS" ? (issuerOf(objects, listener)?.metadata.name ?? listener.issuer) : undefined;

function* issuersOf(
  [before, after]: readonly [ObjectSet, ObjectSet],
  item: Applied<Service>,
  limits: Limits,
  old: Service | undefined,
): Generator<Diagnostic> {
  const { metadata, spec } = item.object;
  const had = new Set(old?.spec.expose.map((listener) => issuerName(before, listener)));
  for (const [index, listener] of spec.expose.entries()) {
    const issuer = issuerName(after, listener);
    if (issuer === undefined || mayUseIssuer(limits, issuer) || had.has(issuer)) continue;
    const path = ["spec", "expose", index, "issuer"];
    const hint = listed(
      limits?.issuers,
      "it may use none: name a Secret with a certificate of your own in certificateRef",
    );
    yield diagnose("NW1406", item, path, `project ${metadata.project} may not use CertificateIssuer ${issuer}`, hint);
  }
}

const listed = (names: readonly string[] = [], none: string): string =>
  names.length === 0 ? none : `it may use ${someOf(names)}`;
