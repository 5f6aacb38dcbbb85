/** Names of what exists, for completion: asked live, each look-up for itself, nothing where the answer is away. */
import { kindNames, kindOfWord, kinds, objectName, type Client, type KindName, type WireObject } from "@netwright/api";
import type { Topology } from "@netwright/lab";
import { topGroups } from "../print/top.ts";
import { valueAt } from "../print/columns.ts";

export interface Names {
  /** @param verb with its subcommand. @param before arguments that stand already. */
  ofArgument(verb: string, before: readonly string[]): Promise<readonly string[]>;
  /** @param long as `--from`. */
  ofOption(long: string): Promise<readonly string[]>;
}

export interface NameSources {
  readonly client: () => Promise<Client>;
  readonly topology: () => Promise<Topology>;
}

type Look = (before: readonly string[]) => Promise<readonly string[]>;

const served = kindNames.filter((kind) => kinds[kind].scope !== "File");

export function liveNames({ client, topology }: NameSources): Names {
  const items = async (kind: KindName): Promise<readonly WireObject[]> => (await (await client()).list(kind)).items;
  const plain = async (kind: KindName): Promise<readonly string[]> =>
    (await items(kind)).map(({ metadata }) => metadata.name);
  const full = async (wanted: readonly KindName[]): Promise<readonly string[]> =>
    (await Promise.all(wanted.map(items))).flat().map(objectName);
  const objects: Look = async ([first]) => {
    const kind = first === undefined ? undefined : kindOfWord(first);
    return kind === undefined ? full(served) : plain(kind.kind as KindName);
  };
  const kindsToo: Look = async (before) => {
    const words = before.length === 0 ? [...served.map((kind) => kinds[kind].plural), "all"] : [];
    return [...words, ...(await objects(before).catch(() => []))];
  };
  const instances: Look = async ([first]) => (first === undefined ? plain("Instance") : []);
  const nodes = async (): Promise<readonly string[]> => (await topology()).nodes.map(({ name }) => name);
  const links: Look = async () => (await topology()).links.map(({ name }) => name);
  const byVerb: Readonly<Record<string, Look>> = {
    get: kindsToo,
    describe: objects,
    delete: objects,
    wait: objects,
    events: objects,
    pause: () => full(["Host", "Router"]),
    resume: () => full(["Host", "Router"]),
    logs: instances,
    exec: instances,
    scale: async ([service]) => (service === undefined ? full(["Service"]) : tiersOf(await items("Service"), service)),
    history: async () => (await (await client()).changes()).map(({ id }) => String(id)),
    undo: async () => (await (await client()).changes()).map(({ id }) => String(id)),
    explain: async () => kindNames.map((kind) => kind.toLowerCase()),
    "lab exec": async ([node]) => (node === undefined ? nodes() : []),
    "lab capture": links,
    top: async ([first]) =>
      first === undefined || first.includes("/")
        ? [...topGroups, ...(await full(["Service"]).catch(() => []))]
        : full(["Service"]),
    "lab cut": links,
    "lab heal": links,
    "lab impair": links,
  };
  return {
    ofArgument: async (verb, before) => (await byVerb[verb]?.(before).catch(() => [])) ?? [],
    ofOption: async (long) => (long === "--from" ? [...(await nodes().catch(() => [])), "internet"] : []),
  };
}

const tiersOf = (services: readonly WireObject[], wanted: string): readonly string[] =>
  services
    .filter((service) => objectName(service) === wanted)
    .flatMap((service) => valueAt(service, "spec.tiers") as readonly { readonly name: string }[])
    .map(({ name }) => `${name}=`);
