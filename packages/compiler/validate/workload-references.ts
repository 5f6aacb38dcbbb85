/** Secrets and Configs that workloads name, and keys of them (NW1301). */
import {
  isVariableName,
  isWorkloadTier,
  variableHint,
  type FieldPath,
  type Service,
  type Workload,
} from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { diagnose, type Applied, type ObjectSet } from "../objects.ts";
import { bagOf, type Bag } from "../workload-values.ts";

export interface Reference {
  readonly kind: "Secret" | "Config";
  readonly name: string;
  /** Undefined: all keys. */
  readonly key?: string | undefined;
  /** Of the reference, or of its name. */
  readonly path: FieldPath;
  /** Of variables for all keys. */
  readonly prefix?: string;
}

export function* workloadReferences(objects: ObjectSet, service: Applied<Service>): Generator<Diagnostic> {
  for (const [index, tier] of service.object.spec.tiers.entries()) {
    if (!isWorkloadTier(tier)) continue;
    for (const reference of referencesOf(tier.workload, ["spec", "tiers", index, "workload"]))
      yield* judge(objects, service, reference);
  }
}

export function referencesOf({ env, envFrom = [], files }: Workload, path: FieldPath): readonly Reference[] {
  const keyed = env.map((each, index) => ({ each, at: [...path, "env", index] }));
  const placed = files.map((each, index) => ({ each, at: [...path, "files", index] }));
  const single = [...keyed, ...placed].flatMap(({ each: { secret, config }, at }): Reference[] => {
    if (secret !== undefined) return [{ kind: "Secret", ...secret, path: [...at, "secret"] }];
    return config === undefined ? [] : [{ kind: "Config", ...config, path: [...at, "config"] }];
  });
  const whole = envFrom.flatMap(({ secret, config, prefix }, index): Reference[] => {
    const at = [...path, "envFrom", index];
    if (secret !== undefined) return [{ kind: "Secret", name: secret, path: [...at, "secret"], prefix }];
    return config === undefined ? [] : [{ kind: "Config", name: config, path: [...at, "config"], prefix }];
  });
  return [...single, ...whole];
}

function* judge(objects: ObjectSet, service: Applied<Service>, reference: Reference): Generator<Diagnostic> {
  const { kind, name, key, path, prefix } = reference;
  const { project } = service.object.metadata;
  const named = kind === "Secret" ? { secret: name } : { config: name };
  const bag = bagOf(named, { objects, project, sealed: new Map() });
  if (bag === undefined) {
    const message = `there is no ${kind} ${name} in project ${project}`;
    yield diagnose("NW1301", service, path, message, `apply it first, or with the service`);
    return;
  }
  if (key !== undefined && !bag.keys.includes(key)) {
    const message = `${kind} ${name} has no key ${JSON.stringify(key.slice(0, 80))}`;
    yield diagnose("NW1301", service, path, message, keysHint(bag));
  }
  if (prefix === undefined) return;
  const odd = bag.keys.filter((each) => !isVariableName(`${prefix}${each}`));
  if (odd.length === 0) return;
  const message = `${kind} ${name} has keys that are no names of variables: ${odd.slice(0, 5).join(", ")}`;
  yield diagnose("NW1205", service, path, message, variableHint);
}

const keysHint = ({ keys }: Bag): string =>
  keys.length === 0 ? "it has none" : `keys: ${keys.slice(0, 10).join(", ")}`;
