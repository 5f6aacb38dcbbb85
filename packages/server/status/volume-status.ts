/** Volumes as people see them. Pure. */
import { apiVersion, printOctets, type Octets, type VolumePhaseName, type WireObject } from "@netwright/api";
import type { DiscardedVolumeEntry, InstanceEntry, VolumeEntry } from "@netwright/compiler";
import type { VolumeUsage } from "@netwright/contract";
import type { Facts } from "./facts.ts";

/** The instance that has it, on its way out or not. */
export const holderOf = (
  instances: Iterable<InstanceEntry>,
  { project, name, serial }: Pick<VolumeEntry, "project" | "name" | "serial">,
): InstanceEntry | undefined =>
  [...instances].find(
    (each) =>
      each.project === project && each.volumes?.some((use) => use.name === name && use.serial === serial) === true,
  );

export function volumeObject(facts: Facts, project: string, name: string): WireObject | undefined {
  const entry = facts.ledger.volumes.get(`${project}/${name}`);
  if (entry === undefined) return undefined;
  const { service, tier, volume, ordinal, host, size } = entry;
  return {
    apiVersion,
    kind: "Volume",
    metadata: { name, project, labels: {}, annotations: {} },
    spec: { service, tier, volume, ordinal, host, size: printOctets(size as Octets) },
    status: statusOf(facts, entry),
  };
}

interface VolumeStatus extends Record<string, unknown> {
  readonly phase: VolumePhaseName;
  readonly used?: string;
  readonly usedBy: string;
  readonly message: string;
}

function statusOf(facts: Facts, entry: VolumeEntry | DiscardedVolumeEntry): VolumeStatus {
  const { host, service, project } = entry;
  const holder = holderOf(facts.ledger.byService.get(`${project}/${service}`) ?? [], entry);
  const usedBy = holder?.id ?? "";
  const unreachable = whyUnreachable(facts, host);
  if (entry.kind === "DiscardedVolume")
    return { phase: "Deleting", usedBy, message: unreachable ?? `${host} removes the data` };
  const id = `${project}.${entry.name}.${entry.serial}`;
  const report = facts.reports.get(host)?.report;
  const missing = report?.volumes?.includes(id) === false;
  if (unreachable !== undefined) return { phase: "Unreachable", usedBy, message: unreachable };
  if (entry.made && missing)
    return { phase: "Unreachable", usedBy, message: `${host} does not have the data any more` };
  const usage = report?.volumeUsage?.find((each) => each.id === id);
  const used = usage === undefined ? {} : { used: printOctets(wholeMebi(usage.usedBytes)) };
  if (holder === undefined) return { phase: "Kept", ...used, usedBy, message: "nobody uses it" };
  return { phase: "InUse", ...used, usedBy, message: usage === undefined ? "" : fullness(usage) };
}

const wholeMebi = (octets: number): Octets => (Math.ceil(octets / 2 ** 20) * 2 ** 20) as Octets;

/** As the alert that is shipped. */
const nearlyFull = 0.9;

function fullness({ usedBytes, sizeBytes }: VolumeUsage): string {
  const part = usedBytes / sizeBytes;
  return part < nearlyFull ? "" : `${Math.floor(part * 100)}% of it is used: a larger size makes room`;
}

function whyUnreachable({ objects, reports }: Facts, host: string): string | undefined {
  if (!objects.hosts.has(host)) return `host ${host} is deleted; what was on it is there when it comes back`;
  return reports.ready(host) === false ? `nothing is heard of ${host}` : undefined;
}
