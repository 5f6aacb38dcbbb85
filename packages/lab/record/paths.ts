/** Everything a lab has on the machine's file system: one directory, and cgroups that carry its mark. */
import { NetwrightError } from "@netwright/base";

/** Of the kind Lab too; written here again so that `exec` need not load any schema. */
export const labNameMax = 20;

export const defaultLabName = "default";

/** Inside a lab's sandbox its own directory stands at the same path. */
export const labsDirectory = "/run/netwright/labs";

export interface LabPaths {
  readonly directory: string;
  /** Held while something changes the lab. Never removed before all else is gone. */
  readonly lock: string;
  readonly record: string;
  /** Identities of the two processes that everything else ends with. */
  readonly outer: string;
  readonly inner: string;
  /** The server's unix socket and the administrator's token. */
  readonly socket: string;
  readonly token: string;
  /** What ran inside, as sh text. */
  readonly scripts: string;
  readonly logs: string;
  readonly state: string;
  /** One unix socket for each node, which runs commands there. @see nodeSocket */
  readonly nodes: string;
  /** Mount point of the sandbox's /run while it is put together. */
  readonly run: string;
}

/** @throws NW1203 when the name could not be a directory, a cgroup and a part of a socket's path (108 octets, unix(7)). */
export function labPaths(name: string): LabPaths {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) || name.length > labNameMax) {
    throw new NetwrightError("NW1203", `${JSON.stringify(name)} is not a name for a lab`, {
      hint: `use up to ${labNameMax} lower-case letters, digits and hyphens`,
    });
  }
  const directory = `${labsDirectory}/${name}`;
  const inside = (file: string) => `${directory}/${file}`;
  return {
    directory,
    lock: inside("lock"),
    record: inside("lab.json"),
    outer: inside("outer"),
    inner: inside("inner"),
    socket: inside("server.sock"),
    token: inside("token"),
    scripts: inside("scripts"),
    logs: inside("logs"),
    state: inside("state"),
    nodes: inside("nodes"),
    run: inside("run"),
  };
}

/** What one node keeps: `root` lies over the root of a Linux node, `etc` in it over /etc, `lib` is its /var/lib/netwright. */
export interface NodePathsOnMachine {
  readonly root: string;
  /** Over other file systems of the machine. */
  readonly layers: string;
  readonly etc: string;
  readonly work: string;
  readonly lib: string;
}

export function nodePaths({ state }: LabPaths, node: string): NodePathsOnMachine {
  const inside = (file: string) => `${state}/${node}/${file}`;
  return {
    root: inside("root"),
    layers: inside("layers"),
    etc: inside("root/etc"),
    work: inside("work"),
    lib: inside("lib"),
  };
}

export const nodeSocket = ({ nodes }: Pick<LabPaths, "nodes">, node: string): string => `${nodes}/${node}.sock`;

export const logPath = ({ logs }: LabPaths, node: string, program: string): string => `${logs}/${node}.${program}.log`;
/** One line: `running RESTARTS` or `ended STATUS RESTARTS`. */
export const programStatusPath = ({ state }: LabPaths, node: string, program: string): string =>
  `${state}/${node}/${program}.status`;
