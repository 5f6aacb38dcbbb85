/** The command line of the server. */
import { parseArgs } from "node:util";
import { parseDuration } from "@netwright/api";
import { parseOctets } from "@netwright/api/fields/amounts.ts";
import { messageOf, NetwrightError, milliseconds, parseLogLevel, type LogLevel } from "@netwright/base";
import type { TlsAddress } from "./http/listen.ts";
import { defaultRingBounds, type RingBounds } from "./measurements/ring.ts";

export const serverUsage = `Usage: netwright server serve --state DIR --admin-token-file FILE [OPTIONS]
       netwright server rotate-key --state DIR

  --state DIR              what must survive: objects, allocations, the certificate authority, the key of secrets
  --admin-token-file FILE  the first administrator's token; made when the file is not there
  --unix SOCKET            listen on this unix socket
  --listen ADDRESS:PORT    listen here with TLS, for example [fd00:0:0:3::1]:7443
  --dns-server ADDRESS     name server that takes the records of service hostnames (RFC 2136)
  --dns-zone ZONE          zone that it is the primary of
  --dns-key-file FILE      TSIG key (RFC 8945) as tsig-keygen(8) prints it
  --metrics-memory SIZE    how much of what agents measure is kept, in memory only (256Mi)
  --metrics-retention SPAN for how long at most (4h)
  --log-level LEVEL        debug, info, warn or error (info); debug tells every request

rotate-key encrypts all secrets with a new key. The server must not run meanwhile.
`;

export interface ServeOptions {
  readonly state: string;
  readonly adminTokenFile: string;
  readonly unix: string | undefined;
  readonly listen: TlsAddress | undefined;
  readonly dns: { readonly server: string; readonly zone: string; readonly keyFile: string } | undefined;
  readonly measurements: RingBounds;
  readonly logLevel: LogLevel;
}

const text = { type: "string" } as const;
const options = {
  state: text,
  "admin-token-file": text,
  unix: text,
  listen: text,
  "dns-server": text,
  "dns-zone": text,
  "dns-key-file": text,
  "metrics-memory": text,
  "metrics-retention": text,
  "log-level": text,
} as const;

/** @throws NW1001, NW1002. */
export function parseServeOptions(argv: readonly string[]): ServeOptions {
  const { values, positionals } = parsed(argv);
  const { state, "admin-token-file": adminTokenFile, unix, listen } = values;
  if (positionals.join(" ") !== "serve" || state === undefined || adminTokenFile === undefined)
    throw usage("serve, --state and --admin-token-file are required");
  if (unix === undefined && listen === undefined) throw usage("one of --unix and --listen is required");
  return {
    state,
    adminTokenFile,
    unix,
    listen: listen === undefined ? undefined : parseListen(listen),
    dns: dnsOptions(values),
    measurements: ringBounds(values),
    logLevel: parseLogLevel(values["log-level"] ?? "info"),
  };
}

/** @returns the state directory. @throws NW1001. */
export function parseRotateOptions(argv: readonly string[]): string {
  const { values, positionals } = parsed(argv);
  const { state, ...rest } = values;
  if (state === undefined || positionals.length > 0 || Object.keys(rest).length > 0)
    throw usage("rotate-key takes --state and nothing else");
  return state;
}

type Values = Partial<Record<keyof typeof options, string>>;

function parsed(argv: readonly string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    throw usage(messageOf(cause));
  }
}

const usage = (message: string): NetwrightError =>
  new NetwrightError("NW1001", message, { hint: "netwright server --help" });

function parseListen(address: string): TlsAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new NetwrightError("NW1001", `${address} is not ADDRESS:PORT`, { hint: "for example [fd00:0:0:3::1]:7443" });
  return { host: match[1] ?? match[2] ?? "", port };
}

/** Below this not even a small site has a minute. */
const leastMetricsMemory = 2 ** 20;
const retentionBounds = { min: milliseconds(60_000), max: milliseconds(7 * 86_400_000) };

function ringBounds({ "metrics-memory": memory, "metrics-retention": retention }: Values): RingBounds {
  const read = <T>(option: string, hint: string, parse: () => T): T => {
    try {
      return parse();
    } catch (cause) {
      throw new NetwrightError("NW1001", `--${option}: ${messageOf(cause)}`, { hint, cause });
    }
  };
  return {
    octets:
      memory === undefined
        ? defaultRingBounds.octets
        : read("metrics-memory", "for example 256Mi", () => parseOctets(memory, leastMetricsMemory)),
    retention:
      retention === undefined
        ? defaultRingBounds.retention
        : read("metrics-retention", "for example 4h", () => parseDuration(retention, retentionBounds) / 1000),
  };
}

function dnsOptions({ "dns-server": server, "dns-zone": zone, "dns-key-file": keyFile }: Values): ServeOptions["dns"] {
  if (server === undefined && zone === undefined && keyFile === undefined) return undefined;
  if (server === undefined || zone === undefined || keyFile === undefined) {
    throw new NetwrightError("NW1002", "--dns-server, --dns-zone and --dns-key-file go together");
  }
  return { server, zone, keyFile };
}
