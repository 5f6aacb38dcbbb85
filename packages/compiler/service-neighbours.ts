/** Other objects that deciding about a service looks at. */
import { isWorkloadTier, readSelectors, type Service } from "@netwright/api";
import { defaultIssuer } from "./issuers.ts";
import { projectKey, type ObjectSet } from "./objects.ts";
import { referencesOf } from "./validate/workload-references.ts";

type Place = readonly [kind: keyof ObjectSet, key: string];

const places = new WeakMap<Service, readonly Place[]>();

/** Always in the same order: what is not there is undefined. */
export const neighboursOf = (objects: ObjectSet, service: Service): readonly unknown[] =>
  knownPlaces(service).map(([kind, key]) => objects[kind].get(key)?.object);

/** True when they are these. */
export const hasNeighbours = (objects: ObjectSet, service: Service, neighbours: readonly unknown[]): boolean =>
  knownPlaces(service).every(([kind, key], index) => objects[kind].get(key)?.object === neighbours[index]);

function knownPlaces(service: Service): readonly Place[] {
  const known = places.get(service) ?? placesOf(service);
  places.set(service, known);
  return known;
}

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
