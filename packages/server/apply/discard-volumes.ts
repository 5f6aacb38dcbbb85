/** Deleting volumes, which is no edit of objects: what it destroys cannot be undone. Pure. */
import type { Plan } from "@netwright/api";
import { NetwrightError, type Diagnostic } from "@netwright/base";
import { ledgerKeys, type LedgerChange, type VolumeEntry } from "@netwright/compiler";
import type { Subject } from "../auth/subject.ts";
import type { World } from "../control/world.ts";
import type { NewEvent } from "../state/events.ts";
import { displayName, missingObject, type ObjectKey } from "../state/objects.ts";
import type { Facts } from "../status/facts.ts";
import { holderOf } from "../status/volume-status.ts";

export interface DiscardRequest {
  readonly volumes: readonly ObjectKey[];
  /** What is not there is no failure. */
  readonly ignoreMissing: boolean;
  readonly subject: Subject;
  readonly dryRun: boolean;
}

interface Discarded {
  readonly changes: readonly LedgerChange[];
  readonly events: readonly NewEvent[];
  readonly plan: Plan;
}

/** @throws NW1501 with all that are not there, NW1303 with all that an instance uses on a host that is well. */
export function discardVolumes(
  world: World,
  { volumes, ignoreMissing, subject: { name: by } }: DiscardRequest,
  facts: Pick<Facts, "ledger" | "reports">,
): Discarded {
  const complaints: Diagnostic[] = [];
  const gone: VolumeEntry[] = [];
  for (const volume of volumes) {
    const entry = world.ledger.get(ledgerKeys.volume(volume.project ?? "", volume.name));
    if (entry?.kind !== "Volume") {
      if (!ignoreMissing) complaints.push(missingObject(volume));
      continue;
    }
    const complaint = inUse(world, entry, facts);
    if (complaint === undefined) gone.push(entry);
    else complaints.push(complaint);
  }
  if (complaints.length > 0) throw NetwrightError.of(complaints);
  return {
    changes: gone.flatMap((entry): LedgerChange[] => [
      { key: ledgerKeys.volume(entry.project, entry.name), entry: undefined },
      {
        key: ledgerKeys.discardedVolume(entry.project, entry.name, entry.serial),
        entry: { ...entry, kind: "DiscardedVolume" },
      },
    ]),
    events: gone.map((entry) => ({
      object: textOf(entry),
      type: "Normal",
      reason: "Deleted",
      message: `by ${by}: its data on ${entry.host} is removed`,
    })),
    plan: {
      objects: gone.map((entry) => ({ change: "Delete", object: textOf(entry), fields: [] })),
      addresses: [],
      placements: [],
      replaced: [],
      nodes: [],
      flows: [],
    },
  };
}

const textOf = ({ project, name }: VolumeEntry): string => displayName({ kind: "Volume", project, name });

function inUse(
  { objects }: World,
  entry: VolumeEntry,
  { ledger: { byService }, reports }: Pick<Facts, "ledger" | "reports">,
): Diagnostic | undefined {
  const { project, service, tier } = entry;
  const holder = holderOf(byService.get(`${project}/${service}`) ?? [], entry);
  const host = objects.hosts.get(entry.host)?.object;
  if (holder === undefined || host?.spec.schedulable !== true || reports.ready(entry.host) === false) return undefined;
  return {
    code: "NW1303",
    message: `${textOf(entry)} is still used by instance/${holder.id}`,
    subject: textOf(entry),
    hint: `scale tier ${tier} of service/${service} down, or delete the service, first`,
  };
}
