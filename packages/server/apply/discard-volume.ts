/** Deleting a volume, which is no edit of objects: what it destroys cannot be undone. Pure. */
import type { Plan } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { ledgerKeys, type InstanceEntry, type LedgerChange, type VolumeEntry } from "@netwright/compiler";
import type { Subject } from "../auth/subject.ts";
import type { World } from "../control/world.ts";
import type { NewEvent } from "../state/events.ts";
import { displayName } from "../state/objects.ts";
import type { Facts } from "../status/facts.ts";
import { holderOf } from "../status/volume-status.ts";

export interface DiscardRequest {
  readonly project: string;
  readonly name: string;
  readonly subject: Subject;
  readonly dryRun: boolean;
}

interface Discarded {
  readonly changes: readonly LedgerChange[];
  readonly event: NewEvent;
  readonly plan: Plan;
}

/** @throws NW1501 when there is none, NW1303 while an instance uses it on a host that is well. */
export function discardVolume(
  { ledger, objects }: World,
  { project, name, subject: { name: by } }: DiscardRequest,
  { ledger: { byService }, reports }: Pick<Facts, "ledger" | "reports">,
): Discarded {
  const object = displayName({ kind: "Volume", project, name });
  const key = ledgerKeys.volume(project, name);
  const entry = ledger.get(key);
  if (entry?.kind !== "Volume") throw new NetwrightError("NW1501", `there is no ${object}`, { subject: object });
  const holder = holderOf(byService.get(`${project}/${entry.service}`) ?? [], entry);
  const host = objects.hosts.get(entry.host)?.object;
  if (holder !== undefined && host?.spec.schedulable === true && reports.ready(entry.host) !== false)
    throw inUse(object, entry, holder);
  return {
    changes: [
      { key, entry: undefined },
      {
        key: ledgerKeys.discardedVolume(project, name, entry.serial),
        entry: { ...entry, kind: "DiscardedVolume" },
      },
    ],
    event: { object, type: "Normal", reason: "Deleted", message: `by ${by}: its data on ${entry.host} is removed` },
    plan: {
      objects: [{ change: "Delete", object, fields: [] }],
      addresses: [],
      placements: [],
      replaced: [],
      nodes: [],
      flows: [],
    },
  };
}

function inUse(object: string, { service, tier }: VolumeEntry, { id }: InstanceEntry): NetwrightError {
  return new NetwrightError("NW1303", `${object} is still used by instance/${id}`, {
    subject: object,
    hint: `scale tier ${tier} of service/${service} down, or delete the service, first`,
  });
}
