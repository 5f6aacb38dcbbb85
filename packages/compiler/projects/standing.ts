/** How a project stands beside its limits: for its status. */
import { objectName, type Project } from "@netwright/api";
import type { VolumeEntry } from "../ledger-entries.ts";
import type { ObjectSet } from "../objects.ts";
import { issuerName, mayUseHostname, mayUseIssuer, mayUsePool } from "./allowed.ts";
import { printAmount } from "./amounts.ts";
import { resources, unlimitedTiers, useOf, usersOf, type Use } from "./users.ts";

export interface ProjectStanding {
  readonly use: Use;
  /** What is over a limit or has what is not allowed (any more), in words; empty when nothing is. */
  readonly over: readonly string[];
}

/** Of every Project that is applied. */
export function projectStandings(
  objects: ObjectSet,
  volumes: readonly VolumeEntry[] = [],
): ReadonlyMap<string, ProjectStanding> {
  const users = usersOf(objects, volumes);
  return new Map(
    [...objects.projects].map(([name, { object }]) => {
      const use = useOf(users.get(name));
      return [name, { use, over: [...overQuota(object, use), ...notAllowed(objects, object)] }];
    }),
  );
}

const overQuota = ({ spec: { quota } }: Project, use: Use): readonly string[] =>
  resources.flatMap((resource) => {
    const limit = quota[resource];
    if (limit === undefined || use[resource] <= limit) return [];
    return [`${resource} ${printAmount(resource, use[resource])} of ${printAmount(resource, limit)}`];
  });

function notAllowed(objects: ObjectSet, { metadata, spec }: Project): readonly string[] {
  const own = [...objects.services.values()].filter(({ object }) => object.metadata.project === metadata.name);
  return own.flatMap((item) => {
    const { pool, expose } = item.object.spec;
    const name = objectName(item.object);
    const names = [...new Set(expose.map(({ hostname }) => hostname))].filter((each) => !mayUseHostname(spec, each));
    const issuers = new Set(expose.flatMap((listener) => issuerName(objects, listener) ?? []));
    const limitless = (["cpu", "memory"] as const).flatMap((resource) =>
      spec.quota[resource] === undefined ? [] : unlimitedTiers(item, resource).map(({ tier }) => [resource, tier]),
    );
    return [
      ...(expose.length > 0 && !mayUsePool(spec, pool) ? [`${name} uses AddressPool ${pool}`] : []),
      ...names.map((hostname) => `${name} uses ${hostname}`),
      ...[...issuers]
        .filter((issuer) => !mayUseIssuer(spec, issuer))
        .map((issuer) => `${name} uses CertificateIssuer ${issuer}`),
      ...limitless.map(([resource, tier]) => `${name} has no limit for ${resource} in tier ${tier}`),
    ];
  });
}
