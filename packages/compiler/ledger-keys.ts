import type { Ipv6 } from "@netwright/base";
import type { Protocol } from "@netwright/contract";

/** Keys are unique over all kinds and `/`-separated. */
export const ledgerKeys = {
  network: (project: string, name: string): string => `network/${project}/${name}`,
  class: (project: string, service: string, tier: string): string => `class/${project}/${service}/${tier}`,
  vip: (project: string, service: string): string => `vip/${project}/${service}`,
  egressAddress: (project: string, service: string, network: string, host: string): string =>
    `egress/${project}/${service}/${network}/${host}`,
  template: (project: string, service: string, tier: string, hash: string): string =>
    `template/${project}/${service}/${tier}/${hash}`,
  instance: (project: string, id: string): string => `instance/${project}/${id}`,
  volume: (project: string, name: string): string => `volume/${project}/${name}`,
  discardedVolume: (project: string, name: string, serial: number): string =>
    `discarded-volume/${project}/${name}/${serial}`,
  volumeCounter: "counter/volume",
  image: (project: string, service: string, tier: string, name: string): string =>
    `image/${project}/${service}/${tier}/${name}`,
  rollout: (project: string, service: string): string => `rollout/${project}/${service}`,
  tierRollout: (project: string, service: string, tier: string): string => `tier-rollout/${project}/${service}/${tier}`,
  revision: (project: string, service: string, tier: string, number: number): string =>
    `revision/${project}/${service}/${tier}/${number}`,
  members: (project: string, service: string, protocol: Protocol, port: number): string =>
    `members/${project}/${service}/${protocol}/${port}`,
  leads: (project: string, service: string): string => `leads/${project}/${service}`,
  former: (project: string, service: string, number: number): string => `former/${project}/${service}/${number}`,
  leavingHost: (name: string): string => `leaving-host/${name}`,
  size: (project: string, service: string, tier: string): string => `size/${project}/${service}/${tier}`,
  resting: (address: Ipv6): string => `resting/${address}`,
  vniCounter: "counter/vni",
  /** Classes of one network. */
  classCounter: (vni: number): string => `counter/class/${vni}`,
  /** Instances of one tier. */
  instanceCounter: (project: string, service: string, tier: string): string =>
    `counter/instance/${project}/${service}/${tier}`,
} as const;
