/** Everything that statuses are derived from, as of one moment. */
import type {
  DiscardedVolumeEntry,
  ObjectSet,
  InstanceEntry,
  Ledger,
  VipEntry,
  VolumeEntry,
} from "@netwright/compiler";
import type { Diagnostic } from "@netwright/base";
import type { ContractFacts } from "../monitors/contract-watch.ts";
import type { Course } from "../autoscale/course.ts";
import type { NodeStates } from "../state/node-states.ts";
import type { CertificateFacts } from "./certificate-status.ts";
import type { Absences } from "./absences.ts";
import type { Reports } from "../state/reports.ts";

export interface Facts {
  readonly objects: ObjectSet;
  readonly ledger: LedgerIndex;
  readonly reports: Reports;
  readonly states: NodeStates;
  /** What the last round could not do. */
  readonly diagnostics: readonly Diagnostic[];
  readonly dns: DnsFacts;
  readonly certificates: CertificateFacts;
  readonly autoscale: AutoscaleFacts;
  readonly absences: Absences;
  readonly contracts: ContractFacts;
  /** RFC 3339. */
  readonly now: string;
}

export interface AutoscaleFacts {
  /** @param service as `PROJECT/SERVICE`. @returns undefined until something was decided */
  courseOf(service: string): Course | undefined;
}

export interface DnsFacts {
  /** Why the hostname's record is not what it should be; undefined when it is, or when no name server is configured. */
  problem(hostname: string): string | undefined;
}

/** The ledger with the look-ups that statuses need. */
export interface LedgerIndex {
  readonly entries: Ledger;
  /** By `PROJECT/SERVICE`, in the order of tiers and numbers. */
  readonly byService: ReadonlyMap<string, readonly InstanceEntry[]>;
  readonly byHost: ReadonlyMap<string, readonly InstanceEntry[]>;
  readonly vips: ReadonlyMap<string, VipEntry>;
  /** By `PROJECT/NAME`; one that was deleted only where none has its name now. */
  readonly volumes: ReadonlyMap<string, VolumeEntry | DiscardedVolumeEntry>;
  /** Of `volumes`, by host. */
  readonly volumesOn: ReadonlyMap<string, readonly (VolumeEntry | DiscardedVolumeEntry)[]>;
  /** Of `volumes`, those that are not deleted, by `PROJECT/SERVICE`. */
  readonly volumesOf: ReadonlyMap<string, readonly VolumeEntry[]>;
}

export function indexLedger(entries: Ledger): LedgerIndex {
  const byService = new Map<string, InstanceEntry[]>();
  const byHost = new Map<string, InstanceEntry[]>();
  const vips = new Map<string, VipEntry>();
  const volumes = new Map<string, VolumeEntry | DiscardedVolumeEntry>();
  for (const entry of entries.values()) {
    if (entry.kind === "Volume") volumes.set(`${entry.project}/${entry.name}`, entry);
    const name = entry.kind === "DiscardedVolume" ? `${entry.project}/${entry.name}` : undefined;
    if (entry.kind === "DiscardedVolume" && name !== undefined && volumes.get(name)?.kind !== "Volume")
      volumes.set(name, entry);
    if (entry.kind === "Vip") vips.set(`${entry.project}/${entry.service}`, entry);
    if (entry.kind !== "Instance") continue;
    push(byService, `${entry.project}/${entry.service}`, entry);
    push(byHost, entry.host, entry);
  }
  for (const list of [...byService.values(), ...byHost.values()]) {
    list.sort((a, b) => (a.tier === b.tier ? a.number - b.number : a.tier < b.tier ? -1 : 1));
  }
  const volumesOn = Map.groupBy(volumes.values(), ({ host }) => host);
  const kept = [...volumes.values()].filter((entry) => entry.kind === "Volume");
  const volumesOf = Map.groupBy(kept, ({ project, service }) => `${project}/${service}`);
  return { entries, byService, byHost, vips, volumes, volumesOn, volumesOf };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
