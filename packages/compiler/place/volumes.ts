/**
 * Which instance has which data. A tier with volumes has one set of them for each ordinal, 1 to its replicas; a set is on
 * one host and for one instance at a time.
 */
import { printOctets, type Host, type Octets } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { DiscardedVolumeEntry, InstanceEntry, TemplateEntry, VolumeEntry, VolumeUse } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Observed } from "../observed.ts";
import { hostPaths, namedVolumes, volumeId } from "../volumes.ts";

/** A tier whose instances have a workload. */
export interface VolumeWork {
  readonly draft: Draft;
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly replicas: number;
  readonly template: TemplateEntry | undefined;
}

/** What a new instance would have: an ordinal that is free, and the host that its data is on. */
export interface Place {
  readonly ordinal: number;
  readonly host: string | undefined;
  /** Of the data, as people know it. */
  readonly name: string;
}

export const hasVolumes = ({ template }: Pick<VolumeWork, "template">): boolean => namedVolumes(template).length > 0;

/** None when every set of volumes is somebody's. */
export function freePlaces(work: VolumeWork): readonly Place[] {
  const taken = new Set(holders(work).map(({ ordinal }) => ordinal));
  const free = Array.from({ length: work.replicas }, (_, index) => index + 1).filter((ordinal) => !taken.has(ordinal));
  return free.map((ordinal) => {
    const [known] = namedVolumes(work.template).flatMap(({ id }) => entryOf(work, id, ordinal) ?? []);
    const name = nameOf(work, namedVolumes(work.template)[0]?.id ?? "", ordinal);
    return { ordinal, host: known?.host, name: known?.name ?? name };
  });
}

/** Instances of the tier, also of what the service was, have their volumes until they are gone. */
const holders = (work: VolumeWork): readonly InstanceEntry[] =>
  work.draft
    .instancesOf(work.project, work.service)
    .filter((each) => each.tier === work.tier && volumesLost(work, each) === undefined);

const nameOf = ({ service, tier }: VolumeWork, volume: string, ordinal: number): string =>
  `${service}-${tier}-${volume}-${ordinal}`;

const entryOf = (work: VolumeWork, volume: string, ordinal: number): VolumeEntry | undefined =>
  work.draft.get("Volume", ledgerKeys.volume(work.project, nameOf(work, volume, ordinal)));

/** Octets that volumes on the host may take. What was discarded counts until it is removed. */
const storageOn = (draft: Draft, host: string): number =>
  draft.volumesOn(host).reduce((sum, { size }) => sum + size, 0);

/** Why the volumes of a new instance cannot be on the host, in words; undefined when they can. */
export function volumeMisfit(work: VolumeWork, place: Place | undefined, host: Host): string | undefined {
  const { name } = host.metadata;
  const refused = hostPathMisfit(work, host);
  if (refused !== undefined) return refused;
  if (place === undefined) return undefined;
  if (place.host !== undefined && place.host !== name) return `${place.name} is on ${place.host}`;
  const limit = host.spec.capacity.storage;
  if (limit === undefined) return undefined;
  const used = storageOn(work.draft, name);
  const more = growthOf(work, place);
  if (more === 0 || used + more <= limit) return undefined;
  const print = (octets: number): string => (octets === 0 ? "none" : printOctets(octets as Octets));
  return `storage: ${print(used)} of ${print(limit)} promised, ${print(more)} more asked for`;
}

const growthOf = (work: VolumeWork, { ordinal }: Place): number =>
  namedVolumes(work.template).reduce(
    (sum, { id, sizeBytes }) => sum + Math.max(0, sizeBytes - (entryOf(work, id, ordinal)?.size ?? 0)),
    0,
  );

/** Only a directory that is allowed itself: what lies in it may be a link that a workload made. */
export function hostPathMisfit(
  { project, template }: Pick<VolumeWork, "project" | "template">,
  { spec }: Host,
): string | undefined {
  for (const { source, readOnly } of hostPaths(template)) {
    const allowed = spec.hostPaths?.find(({ path }) => path === source);
    if (allowed === undefined || allowed.projects?.includes(project) === false) return `does not allow ${source}`;
    if (allowed.readOnly && !readOnly) return `allows ${source} for reading only`;
  }
  return undefined;
}

/** Takes note of the volumes of a new instance: those that are there, and new ones. */
export function takeVolumes(work: VolumeWork, { ordinal }: Place, host: string): readonly VolumeUse[] {
  const { draft, project, service, tier } = work;
  return namedVolumes(work.template).map(({ id: volume, sizeBytes }) => {
    const name = nameOf(work, volume, ordinal);
    const before = entryOf(work, volume, ordinal);
    const serial = before?.serial ?? draft.count(ledgerKeys.volumeCounter);
    const fresh = { kind: "Volume", project, service, tier, volume, ordinal, name, serial, host, made: false } as const;
    const size = Math.max(sizeBytes, before?.size ?? 0);
    if (before?.size !== size) draft.put(ledgerKeys.volume(project, name), { ...(before ?? fresh), size });
    return { volume, name, serial };
  });
}

/** Why an instance cannot keep its volumes; undefined when it can. */
export function volumesLost({ draft }: Pick<VolumeWork, "draft">, instance: InstanceEntry): string | undefined {
  const { project, volumes = [] } = instance;
  const lost = volumes.find(
    ({ name, serial }) => draft.get("Volume", ledgerKeys.volume(project, name))?.serial !== serial,
  );
  return lost === undefined ? undefined : `volume ${lost.name} was deleted`;
}

/** What hosts say of the data on them: which is made, and which is gone at last. */
export function followVolumes(draft: Draft, { nodes }: Observed, isThere: (host: string) => boolean): void {
  for (const [key, entry] of draft.all("Volume"))
    if (!entry.made && nodes.get(entry.host)?.volumes?.has(volumeId(entry)) === true)
      draft.put(key, { ...entry, made: true });
  for (const [key, entry] of draft.all("DiscardedVolume"))
    if (!isThere(entry.host) || isRemoved(entry, nodes.get(entry.host))) draft.delete(key);
}

/** A volume that was never reported may be in the making: then the host must have done all that it was told since. */
const isRemoved = ({ made, ...entry }: DiscardedVolumeEntry, node: ReturnType<Observed["nodes"]["get"]>): boolean =>
  node?.ready === true && node.volumes?.has(volumeId(entry)) === false && (made || node.settled === true);
