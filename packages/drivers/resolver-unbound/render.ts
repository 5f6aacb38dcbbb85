/** Configuration of one resolver, and the zone that it answers itself. Pure. */
import { createHash } from "node:crypto";
import { prefixParts, type Ipv6Prefix } from "@netwright/base";
import {
  internalDomain,
  resolverClientAddress,
  resolverHostAddress,
  resolverHostPort,
  type NetworkName,
} from "@netwright/contract";
import { renderAnswersScript } from "./answers-script.ts";
import type { ResolverLayout } from "./layout.ts";
import type { ResolverInstance } from "./want.ts";

export interface Rendered {
  readonly config: string;
  /** Of the configuration; the process tells it as its identity. */
  readonly digest: string;
  readonly zone: string;
  /** Of the zone's content: the process tells it as the zone's serial. */
  readonly serial: number;
  /** Undefined where no rule is about a name: then nothing but unbound itself runs. */
  readonly script: string | undefined;
  readonly patterns: string;
}

/** @param nameServers to forward to; none: every name outside the network is refused */
export function render(instance: ResolverInstance, nameServers: readonly string[], layout: ResolverLayout): Rendered {
  const script = instance.patterns.length === 0 ? undefined : renderAnswersScript(layout);
  const body = configBody(instance, nameServers, layout);
  const digest = digestOf(`${body}${script ?? ""}`).slice(0, 12);
  const serial = serialOf(instance.names);
  return {
    config: `${body}\nserver:\n  identity: "${digest}"\n`,
    digest,
    zone: renderZone(instance.names, serial),
    serial,
    script,
    patterns: instance.patterns.map((pattern) => `${pattern}\n`).join(""),
  };
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * Nothing of a name in the network is kept by anybody: the resolver is on the asker's own host, so asking again costs
 * less than a stale address. The same holds for "no" (the last field of the SOA record, RFC 2308 section 5).
 */
const ttl = 0;
const soa = (serial: number): string =>
  `${internalDomain}. ${ttl} IN SOA ${internalDomain}. nobody.invalid. ${serial} 3600 1200 604800 ${ttl}`;

function serialOf(names: readonly NetworkName[]): number {
  return parseInt(digestOf(recordsOf(names).join("\n")).slice(0, 8), 16);
}

export const renderZone = (names: readonly NetworkName[], serial: number): string =>
  [soa(serial), ...recordsOf(names), ""].join("\n");

/** A name without address is there all the same: a record of another type makes the answer NODATA, not NXDOMAIN. */
const recordsOf = (names: readonly NetworkName[]): readonly string[] =>
  names.flatMap(({ name, addresses }) => {
    const owner = `${name}.${internalDomain}. ${ttl} IN`;
    return addresses.length === 0
      ? [`${owner} TXT "no instance is ready"`]
      : addresses.map((address) => `${owner} AAAA ${address}`);
  });

function configBody(
  { network, vni, prefix, patterns }: ResolverInstance,
  nameServers: readonly string[],
  layout: ResolverLayout,
): string {
  const reverse = reverseZone(prefix);
  return `# Netwright wrote this: the resolver of network ${network}.
server:
  interface: ${resolverHostAddress(vni)}@${resolverHostPort}
  ip-freebind: yes
  access-control: ${resolverClientAddress(vni)}/128 allow
  do-daemonize: no
  username: "unbound"
  chroot: ""
  directory: "${layout.directory}"
  pidfile: ""
  use-syslog: no
  module-config: "${patterns.length === 0 ? "" : "python "}iterator"
  num-threads: 1
  msg-cache-size: 4m
  rrset-cache-size: 8m
  edns-buffer-size: 1232
  max-udp-size: 1232
  rrset-roundrobin: yes
  hide-identity: yes
  hide-version: yes
  do-not-query-localhost: no
  local-zone: "${internalDomain}." transparent
  local-zone: "${reverse}" static
  local-data: "${reverse} ${ttl} IN SOA ${internalDomain}. nobody.invalid. 1 3600 1200 604800 ${ttl}"
${nameServers.length === 0 ? '  local-zone: "." refuse\n' : ""}auth-zone:
  name: "${internalDomain}."
  zonefile: "${layout.zone}"
  for-downstream: yes
  for-upstream: no
remote-control:
  control-enable: yes
  control-interface: "${layout.socket}"
  control-use-cert: no
${patterns.length === 0 ? "" : `python:\n  python-script: "${layout.script}"\n`}${forwardZone(nameServers)}`;
}

/** Never to the root: name servers that do not answer are a failure to be seen, not to be gone around. */
const forwardZone = (nameServers: readonly string[]): string =>
  nameServers.length === 0
    ? ""
    : `forward-zone:
  name: "."
  forward-first: no
${nameServers.map((address) => `  forward-addr: ${address}\n`).join("")}`;

/** The zone of a prefix's addresses (RFC 3596 section 2.5); its length is a multiple of four. */
export function reverseZone(prefix: Ipv6Prefix): string {
  const { first, length } = prefixParts(prefix);
  const digits = first.toString(16).padStart(32, "0");
  return `${digits
    .slice(0, length / 4)
    .split("")
    .toReversed()
    .join(".")}.ip6.arpa.`;
}
