/** What a fault does, as text for sh that runs in the sandbox, before any of it runs. */

export interface FaultPlan {
  /** Begins the fault. Its last command fails when the fault is not there. */
  readonly begin: string;
  /** Ends it, from any state in between, and however often it runs. */
  readonly end: string;
  /** Files beside the scripts, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What no two faults may change at a time, for example `mtu a:eth0`. */
  readonly claims?: readonly string[];
}

/** This machine or this lab cannot have the fault. */
export interface Impossible {
  readonly impossible: string;
}

export const isImpossible = (plan: FaultPlan | Impossible): plan is Impossible => "impossible" in plan;

/** Where a fault happens. `pid` is process 1 of the node as the sandbox sees it. */
export interface Place {
  readonly node: string;
  readonly pid: number;
}

export interface Device extends Place {
  readonly device: string;
}

/** Identifies the fault in its lab: names its directory, its device, its table and its mark. */
export type FaultNumber = number;

export const faultNumberMax = 255;
export const tableOf = (id: FaultNumber): string => `netwright_fault_${id}`;
/** Before anything else at these hooks sees a packet; faults among themselves in their order. */
export const priorityOf = (id: FaultNumber): number => -600 + id;
