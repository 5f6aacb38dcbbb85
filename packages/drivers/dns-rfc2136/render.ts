/** The input of nsupdate(1). Pure. */
import type { DnsChange } from "./plan.ts";
import { markerName, markerText, type DnsRecord } from "./records.ts";

export interface DnsServer {
  /** Address of the zone's primary. */
  readonly server: string;
  readonly port: number;
  readonly zone: string;
  readonly key: TsigKey;
}

/** RFC 8945. */
export interface TsigKey {
  readonly name: string;
  readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
  /** Base64. */
  readonly secret: string;
}

/** One message per change, so that a name that is refused holds up no other; each answer is printed in order. */
export const renderUpdate = (to: DnsServer, changes: readonly DnsChange[]): string =>
  renderMessages(to, changes.map(message));

/** @param messages lines of each */
export function renderMessages(
  { server, port, zone, key }: DnsServer,
  messages: readonly (readonly string[])[],
): string {
  const lines = [
    `server ${server} ${port}`,
    `zone ${zone}.`,
    // Here and not on the command line, which other users of the machine can read.
    `key ${key.algorithm}:${key.name} ${key.secret}`,
    ...messages.flatMap((each) => [...each, "send", "answer"]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Prerequisites by RFC 2136 section 2.4: the server judges them and the update as one. */
function message(change: DnsChange): readonly string[] {
  const name = `${change.name}.`;
  const marker = `${markerName(change.name)}.`;
  const isOurs = `prereq yxrrset ${marker} TXT "${markerText}"`;
  switch (change.kind) {
    case "Create":
      return [
        ...["A", "AAAA", "CNAME"].map((type) => `prereq nxrrset ${name} ${type}`),
        `prereq nxrrset ${marker} TXT`,
        ...change.records.map(addition),
        `update add ${marker} ${change.records[0]?.ttl ?? 0} TXT "${markerText}"`,
      ];
    case "Replace":
      return [isOurs, `update delete ${name} AAAA`, ...change.records.map(addition)];
    case "Remove":
      return [isOurs, `update delete ${name} AAAA`, `update delete ${marker} TXT`];
  }
}

const addition = ({ name, ttl, type, address }: DnsRecord): string => `update add ${name}. ${ttl} ${type} ${address}`;
