/** Volumes as people see them. Pure. */
import { apiVersion, printOctets, type Octets, type VolumePhaseName, type WireObject } from "@netwright/api";
import type { DiscardedVolumeEntry, InstanceEntry, VolumeEntry } from "@netwright/compiler";
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
  const missing =
    facts.reports.get(host)?.report.volumes?.includes(`${project}.${entry.name}.${entry.serial}`) === false;
  if (unreachable !== undefined) return { phase: "Unreachable", usedBy, message: unreachable };
  if (entry.made && missing)
    return { phase: "Unreachable", usedBy, message: `${host} does not have the data any more` };
  if (holder === undefined) return { phase: "Kept", usedBy, message: "nobody uses it" };
  return { phase: "InUse", usedBy, message: "" };
}

function whyUnreachable({ objects, reports }: Facts, host: string): string | undefined {
  if (!objects.hosts.has(host)) return `host ${host} is deleted; what was on it is there when it comes back`;
  return reports.ready(host) === false ? `nothing is heard of ${host}` : undefined;
}
