/** Where a generation keeps its files. Pure. */
import type { NodePaths } from "@netwright/contract";
import { writableDirectory } from "../image-store/index.ts";

export interface Bundle {
  /** OCI bundle: configuration, root directory, and the files below. */
  readonly directory: string;
  readonly config: string;
  /** Digest of the image that it is made of; not there for `host`. */
  readonly image: string;
  /** Links to the image's layers and to what is written over them. */
  readonly lower: string;
  /** What it shows to proxies, as it sees it, and the digest of that. */
  readonly tls: string;
  readonly identity: string;
  /** The supervising script. */
  readonly script: string;
  /** Mounts its volumes. */
  readonly mounts: string;
  /** Limits reading and writing of file systems that were mounted for it; there where it has such limits. */
  readonly io: string;
  /** What limits have no effect here, in words; there where some have none. */
  readonly unlimited: string;
  /** Its line of /proc/PID/stat. */
  readonly supervisor: string;
  /** Host pid of the container's first process, while it runs. */
  readonly pid: string;
  /** `STATUS MILLISECONDS RESTARTS OOMKILLS PAUSE` of the last end. */
  readonly exit: string;
  /** There while it waits for an older generation to end. */
  readonly waiting: string;
  /** There from the moment it was told to stop. */
  readonly stop: string;
}

export const bundlesDirectory = (paths: NodePaths): string => `${paths.run}/crun`;
/** crun's own state. */
export const crunRoot = (paths: NodePaths): string => `${paths.run}/crun-state`;
/** Bundles while they are removed. */
export const trashDirectory = (paths: NodePaths): string => `${paths.run}/crun-trash`;
/** Output of an instance, over all its generations. */
export const logPath = (paths: NodePaths, name: string): string => `${paths.state}/logs/${name}.log`;
/** What a container writes over its image. */
export const writablePath = (paths: NodePaths, generation: string): string =>
  `${writableDirectory(paths)}/${generation}`;
/** The file system, in a file, that holds it where it has a limit; and where that is mounted for the container. */
export const writableFile = (writable: string): string => `${writable}/ext4`;
export const writableMount = (writable: string): string => `${writable}/mount`;
/** Control group of a generation, the same in every hierarchy. */
export const controlGroup = (paths: NodePaths, generation: string): string =>
  `${paths.controlGroup ?? "/netwright"}/${generation}`;

export function bundleOf(paths: NodePaths, generation: string): Bundle {
  const directory = `${bundlesDirectory(paths)}/${generation}`;
  return {
    directory,
    config: `${directory}/config.json`,
    image: `${directory}/image`,
    lower: `${directory}/lower`,
    tls: `${directory}/tls`,
    identity: `${directory}/identity`,
    script: `${directory}/supervise.sh`,
    mounts: `${directory}/mounts.sh`,
    io: `${directory}/io.sh`,
    unlimited: `${directory}/unlimited`,
    supervisor: `${directory}/supervisor`,
    pid: `${directory}/pid`,
    exit: `${directory}/exit`,
    waiting: `${directory}/waiting`,
    stop: `${directory}/stop`,
  };
}
