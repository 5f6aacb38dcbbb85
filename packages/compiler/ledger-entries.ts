/** What was given out and must stay as it is: networks, classes, addresses, instances, and what they were part of. */
import type { Host, Service } from "@netwright/api";
import type { Digest, Instant, Ipv6, Ipv6Prefix } from "@netwright/base";
import type { ClassId, ContainerRun, Protocol } from "@netwright/contract";

export interface NetworkEntry {
  readonly kind: "Network";
  readonly project: string;
  readonly name: string;
  readonly vni: number;
  readonly prefix: Ipv6Prefix;
}

/** One service's one tier in a network. Load balancers have no address and so no class. */
export interface ClassEntry {
  readonly kind: "Class";
  readonly project: string;
  readonly network: string;
  readonly service: string;
  readonly tier: string;
  readonly id: ClassId;
}

export interface VipEntry {
  readonly kind: "Vip";
  readonly project: string;
  readonly service: string;
  readonly pool: string;
  readonly address: Ipv6;
}

/** In whose name a service's workloads in one network on one host speak to the internet: replies lead into one network. */
export interface EgressAddressEntry {
  readonly kind: "EgressAddress";
  readonly project: string;
  readonly service: string;
  readonly network: string;
  readonly host: string;
  readonly pool: string;
  readonly address: Ipv6;
}

/** What instances of a tier run. Kept while an instance has it, because a replaced one runs on until it has drained. */
export interface TemplateEntry {
  readonly kind: "Template";
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly hash: string;
  readonly run: ContainerRun;
  /** Where it listens. */
  readonly port: number;
  /** Encrypted values that `run` refers to, by digest: as they were when it was made. Absent where there are none. */
  readonly sealed?: Readonly<Record<string, string>>;
}

export type InstanceRole = "LoadBalancer" | "Proxy" | "Workload";

export interface VolumeUse {
  /** In the tier's workload. */
  readonly volume: string;
  readonly name: string;
  readonly serial: number;
}

export interface InstanceEntry {
  readonly kind: "Instance";
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly role: InstanceRole;
  readonly number: number;
  /** `SERVICE-TIER-NUMBER`. */
  readonly id: string;
  readonly network: string;
  readonly host: string;
  /** 0 and null for load balancers. */
  readonly class: ClassId;
  readonly address: Ipv6 | null;
  readonly phase: "Run" | "Drain";
  readonly drainSince?: Instant;
  /** Of a TemplateEntry; empty for load balancers and proxies, which change in place. */
  readonly template: string;
  /** The instance whose place it takes, because the tier's workload changed. Absent where it takes nobody's. */
  readonly replaces?: string;
  /** Of a tier with volumes: whose data it has, and which. */
  readonly ordinal?: number;
  readonly volumes?: readonly VolumeUse[];
  /** Number of the FormerEntry that it belongs to, when the service as it is now has no place for it. */
  readonly former?: number;
}

/** The data of one place in a tier, on the host where it was made. It stays when everything around it goes. */
export interface VolumeEntry {
  readonly kind: "Volume";
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  /** In the tier's workload. */
  readonly volume: string;
  /** 1 to the tier's replicas. */
  readonly ordinal: number;
  /** `SERVICE-TIER-VOLUME-ORDINAL`. */
  readonly name: string;
  /** Never used twice: a volume that was deleted and one that takes its name are different things. */
  readonly serial: number;
  readonly host: string;
  /** Octets; it only grows. */
  readonly size: number;
  /** Its host has reported it. */
  readonly made: boolean;
}

/** A volume that was deleted and whose host has not removed the data yet. */
export interface DiscardedVolumeEntry extends Omit<VolumeEntry, "kind"> {
  readonly kind: "DiscardedVolume";
}

/** What the name of a tier's image stood for when it was first looked up, for as long as an instance runs it. */
export interface ImageEntry {
  readonly kind: "Image";
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly name: string;
  readonly digest: Digest;
}

/** Who takes new flows of a listener, and who did before: any of them may have open ones. */
export interface MembersEntry {
  readonly kind: "Members";
  readonly project: string;
  readonly service: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** By id, sorted; the latest set first. None is empty, and none stands here twice. */
  readonly sets: readonly (readonly string[])[];
}

/** To which tier each tier of a service leads on. Another way is open before one ends (note 0028). */
export interface LeadsEntry {
  readonly kind: "Leads";
  readonly project: string;
  readonly service: string;
  /** By the tier that leads on. */
  readonly leads: Readonly<Record<string, Lead>>;
}

export interface Lead {
  /** Where its requests go now; null: nowhere. */
  readonly to: string | null;
  /** Where they are to go, once that serves and rules let them pass on every host. Absent: nowhere else. */
  readonly next?: string;
  /** Where they went before: rules stay at least until then, as something may be open. Absent: nowhere. */
  readonly former?: readonly { readonly to: string; readonly until: Instant }[];
}

/** What a service was before it was deleted, lost a tier or moved to another network: what leaves does so as part of that. */
export interface FormerEntry {
  readonly kind: "Former";
  readonly project: string;
  readonly service: string;
  /** Of those of one service. */
  readonly number: number;
  readonly object: Service;
  readonly address: Ipv6 | null;
  /** As they were then. Absent: each tier leads to the next one. */
  readonly leads?: LeadsEntry["leads"];
}

/** A Host that was deleted. It is part of the fabric until nothing of ours is on it. */
export interface LeavingHostEntry {
  readonly kind: "LeavingHost";
  readonly host: Host;
  readonly since: Instant;
  /** Since when it has no instance; its agent puts away what is left. */
  readonly emptySince?: Instant;
}

/** An address given back, which nobody but its owner gets before `until`. */
export interface RestingEntry {
  readonly kind: "Resting";
  readonly address: Ipv6;
  readonly until: Instant;
  /** Who had it. Entries that older versions wrote do not say: nobody gets those back. */
  readonly owner?: Pick<VipEntry, "project" | "service">;
}

/** What was decided last for a tier with `autoscale`. */
export interface SizeEntry {
  readonly kind: "Size";
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly replicas: number;
  /** `replicas` of the manifest at the time: where a person changes it, this entry is of no account. */
  readonly base: number;
}

/** The next number of a series; it only rises. */
export interface CounterEntry {
  readonly kind: "Counter";
  readonly next: number;
}
