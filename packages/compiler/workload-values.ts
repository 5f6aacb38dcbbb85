/** Variables and files of a workload, with what Configs hold put in and Secrets referred to. What is not there is left out. */
import { configKeys, configValue, fileBase64, type Workload } from "@netwright/api";
import type { ContainerRun, EnvVariable, SecretRef, WorkloadFile } from "@netwright/contract";
import { projectKey, type ObjectSet } from "./objects.ts";

export interface Values {
  readonly objects: Pick<ObjectSet, "secrets" | "configs">;
  readonly project: string;
  /** Encrypted values that were referred to, by digest. */
  readonly sealed: Map<string, string>;
}

/** Base64, or where to find it. */
type Value = { readonly secret: SecretRef } | { readonly content: string };

/** What a Secret or a Config holds. */
export interface Bag {
  readonly keys: readonly string[];
  readonly value: (key: string) => Value | undefined;
}

/** One of the two names is there. */
interface Named {
  readonly secret?: string | undefined;
  readonly config?: string | undefined;
}

/** Later ones of a name win. */
export function envOf({ env, envFrom = [] }: Workload, values: Values): ContainerRun["env"] {
  const written = env.flatMap(({ name, value, secret, config }): readonly EnvVariable[] => {
    if (value !== undefined) return [{ name, value }];
    const found = bagOf({ secret: secret?.name, config: config?.name }, values)?.value((secret ?? config)?.key ?? "");
    return found === undefined ? [] : [variable(name, found)];
  });
  if (envFrom.length === 0) return written;
  const all = envFrom.flatMap(({ prefix, ...named }) =>
    entriesOf(named, values).map(([key, value]) => variable(`${prefix}${key}`, value)),
  );
  return [...new Map([...all, ...written].map((each) => [each.name, each])).values()];
}

const variable = (name: string, value: Value): EnvVariable =>
  "secret" in value ? { name, ...value } : { name, value: Buffer.from(value.content, "base64").toString("utf8") };

/** By path. */
export function filesOf({ files }: Workload, values: Values): readonly WorkloadFile[] {
  return files.flatMap((file) => fileOf(file, values)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function fileOf(file: Workload["files"][number], values: Values): readonly WorkloadFile[] {
  const { path, mode, secret, config } = file;
  const ref = secret ?? config;
  if (ref === undefined) return [{ path, content: fileBase64(file), mode }];
  const all = entriesOf({ secret: secret?.name, config: config?.name }, values);
  if (ref.key === undefined) return all.map(([key, value]) => ({ path: `${path}/${key}`, ...value, mode }));
  return all.filter(([key]) => key === ref.key).map(([, value]) => ({ path, ...value, mode }));
}

function entriesOf(named: Named, values: Values): readonly (readonly [key: string, value: Value])[] {
  const bag = bagOf(named, values);
  return (bag?.keys ?? []).flatMap((key) => {
    const value = bag?.value(key);
    return value === undefined ? [] : [[key, value] as const];
  });
}

/** Undefined when there is no such object. */
export function bagOf({ secret, config }: Named, { objects, project, sealed }: Values): Bag | undefined {
  if (config !== undefined) {
    const object = objects.configs.get(projectKey(project, config))?.object;
    const value = (key: string): Value | undefined => {
      const content = object === undefined ? undefined : configValue(object, key);
      return content === undefined ? undefined : { content };
    };
    return object === undefined ? undefined : { keys: configKeys(object), value };
  }
  const object = secret === undefined ? undefined : objects.secrets.get(projectKey(project, secret))?.object;
  if (secret === undefined || object === undefined) return undefined;
  const entries = object.spec.sealed ?? {};
  const value = (key: string): Value | undefined => {
    const entry = Object.hasOwn(entries, key) ? entries[key] : undefined;
    if (entry === undefined) return undefined;
    if (entry.box !== undefined) sealed.set(entry.digest, entry.box);
    return { secret: { name: secret, key, digest: entry.digest } };
  };
  return { keys: Object.keys(entries), value };
}
