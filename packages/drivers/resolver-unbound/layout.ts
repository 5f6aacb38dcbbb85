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
  /** What unbound runs before it answers; only where rules by name are. */
  readonly script: string;
  /** Names that rules are about, a line each. */
  readonly patterns: string;
  /** Where the agent takes addresses of these names; it makes this socket. */
  readonly answers: string;
}

/** unbound starts Python without its site directories, and finds another where the environment names one. */
export const pythonOfTheSystem = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  PYTHONHOME: "/usr",
  PYTHONPATH: "/usr/lib/python3/dist-packages",
  PYTHONNOUSERSITE: "1",
  PYTHONDONTWRITEBYTECODE: "1",
} as const;

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
    script: `${directory}/answers.py`,
    patterns: `${directory}/patterns`,
    answers: `${directory}/answers`,
  };
}
