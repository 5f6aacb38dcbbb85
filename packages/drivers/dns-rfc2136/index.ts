/** Addresses of service hostnames in a zone, written by DNS UPDATE (RFC 2136) with TSIG (RFC 8945). */
export { createChallengeRecords, type ChallengeRecords } from "./challenge-records.ts";
export type { DnsName, DnsRecord } from "./records.ts";
export type { TsigKey } from "./render.ts";
export { createDnsUpdater, recordReader, recordWriter, type DnsUpdater, type DnsUpdaterOptions } from "./updater.ts";
