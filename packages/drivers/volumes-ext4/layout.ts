/** Where the data of volumes is. */
import type { NodePaths } from "@netwright/contract";

export const volumesDirectory = (paths: NodePaths): string => `${paths.state}/volumes`;
export const volumeDirectory = (paths: NodePaths, id: string): string => `${volumesDirectory(paths)}/${id}`;
/** The file that holds its file system. */
export const volumeFile = (paths: NodePaths, id: string): string => `${volumeDirectory(paths, id)}/ext4`;
/** Volumes in the making, and those on their way out: never taken for one. */
export const workDirectory = (paths: NodePaths, id: string): string => `${volumesDirectory(paths)}/.work-${id}`;
