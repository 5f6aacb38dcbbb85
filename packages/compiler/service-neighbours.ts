/** Other objects that deciding about a service looks at. */
import { isWorkloadTier, readSelectors, type Service } from "@netwright/api";
import { defaultIssuer } from "./issuers.ts";
import { projectKey, type ObjectSet } from "./objects.ts";
import { referencesOf } from "./validate/workload-references.ts";

type Place = readonly [kind: keyof ObjectSet, key: string];

const places = new WeakMap<Service, readonly Place[]>();

/** Always in the same order: what is not there is undefined. */
export function neighboursOf(objects: ObjectSet, service: Service): readonly unknown[] {
  const known = places.get(service) ?? placesOf(service);
  places.set(service, known);
  return known.map(([kind, key]) => objects[kind].get(key)?.object);
}

/** True of lists of the same values: objects that are equal are not the same. */
export const sameValues = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index]);

function placesOf(service: Service): readonly Place[] {
  const { metadata, spec } = service;
  const own = (name: string): string => projectKey(metadata.project, name);
  const listeners = spec.expose.flatMap((listener): readonly Place[] => {
    if (listener.protocol !== "HTTPS") return [];
    const { issuer = defaultIssuer, certificateRef } = listener;
    return [
      ["issuers", issuer],
      ...(certificateRef === undefined ? [] : [["secrets", own(certificateRef.name)] as const]),
    ];
  });
  const values = spec.tiers
    .filter(isWorkloadTier)
    .flatMap(({ workload }) => referencesOf(workload, []))
    .map(({ kind, name }): Place => [kind === "Secret" ? "secrets" : "configs", own(name)]);
  const allowed = spec.allow.map(({ from }): Place => ["services", projectKey(from.project, from.service)]);
  const named = readSelectors(service).flatMap(({ selector: { project, service: name } }): readonly Place[] =>
    project === undefined || name === undefined ? [] : [["services", projectKey(project, name)]],
  );
  return [["pools", spec.pool], ["networks", own(spec.network)], ...listeners, ...values, ...allowed, ...named];
}
