/** Where an instance keeps its files. Pure. */
import { createHash } from "node:crypto";
import type { NodePaths } from "@netwright/contract";

export interface ProxyLayout {
  readonly directory: string;
  readonly config: string;
  readonly certificateList: string;
  /** Path to answer, one a line: what certificate authorities ask for. */
  readonly challenges: string;
  /** Microseconds to number of the latency bucket. */
  readonly latencies: string;
  readonly socket: string;
  /** One /proc/PID/stat line per process that was started, written by itself before it became HAProxy. */
  readonly processes: string;
  /** When it was told to stop, in milliseconds since 1970. */
  readonly stopping: string;
  readonly log: string;
  /** Where certificates are, and where authorities are: nothing else is there. */
  readonly keptIn: readonly string[];
  certificate(name: string): string;
  /** Of the certificate of an authority, PEM: another one is another file. */
  authority(pem: string): string;
}

/** sockaddr_un holds 107 octets (unix(7)); HAProxy binds `PATH.PID.tmp` first. */
const longestSocketPath = 107 - ".4194304.tmp".length;

export const proxiesDirectory = (paths: NodePaths): string => `${paths.run}/haproxy`;

/** The directory is named like the instance; the socket falls back to a digest where the path would be too long. */
export function layoutOf(paths: NodePaths, name: string): ProxyLayout {
  const directory = `${proxiesDirectory(paths)}/${name}`;
  const [certificates, authorities] = [`${directory}/certificates`, `${directory}/authorities`];
  const socket = `${directory}/socket`;
  const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
  return {
    directory,
    config: `${directory}/haproxy.cfg`,
    certificateList: `${directory}/crt-list`,
    challenges: `${directory}/challenges`,
    latencies: `${directory}/latencies`,
    socket: socket.length <= longestSocketPath ? socket : `${paths.run}/haproxy.${digestOf(name)}`,
    processes: `${directory}/processes`,
    stopping: `${directory}/stopping`,
    log: `${paths.state}/logs/${name}.log`,
    keptIn: [certificates, authorities],
    authority: (pem) => `${authorities}/${digestOf(pem)}.crt`,
    certificate: (certificate) => `${certificates}/${certificate}.pem`,
  };
}
