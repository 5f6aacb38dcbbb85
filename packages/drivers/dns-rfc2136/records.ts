/** Records as the server wants them and as the name server has them. */
import type { Ipv6 } from "@netwright/base";

export interface DnsRecord {
  /** Fully qualified, lower case, without the closing dot. */
  readonly name: string;
  readonly type: "AAAA";
  readonly address: Ipv6;
  /** Seconds. */
  readonly ttl: number;
}

/** What the name server says about one name. */
export interface DnsName {
  readonly name: string;
  readonly addresses: readonly Pick<DnsRecord, "address" | "ttl">[];
  /** True when the marker stands beside it: Netwright wrote the addresses and may change them. */
  readonly owned: boolean;
}

/** A TXT record of this content at this name marks the addresses of `name` as Netwright's. */
export const markerText = "heritage=netwright";
export const markerName = (name: string): string => `_netwright.${name}`;
