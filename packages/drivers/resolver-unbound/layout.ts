/** Where a resolver keeps its files. Pure. */
import type { NodePaths } from "@netwright/contract";

export interface ResolverLayout {
  readonly directory: string;
  readonly config: string;
  readonly zone: string;
  /** Its control socket. Short, whatever the network is called: a socket's path has at most 107 octets. */
  readonly socket: string;
  /** Its line of /proc/PID/stat. */
  readonly process: string;
  readonly log: string;
}

export const resolversDirectory = (paths: Pick<NodePaths, "run">): string => `${paths.run}/resolver`;

export function layoutOf(paths: Pick<NodePaths, "run">, vni: number | string): ResolverLayout {
  const directory = `${resolversDirectory(paths)}/${vni}`;
  return {
    directory,
    config: `${directory}/unbound.conf`,
    zone: `${directory}/internal.zone`,
    socket: `${directory}/control`,
    process: `${directory}/process`,
    log: `${directory}/log`,
  };
}
