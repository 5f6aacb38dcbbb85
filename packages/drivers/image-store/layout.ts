/** Where a host keeps its images. Pure. */
import type { Digest } from "@netwright/base";
import type { NodePaths } from "@netwright/contract";

const rootOf = (paths: NodePaths): string => `${paths.state}/images`;

export const hexOf = (digest: Digest): string => digest.slice("sha256:".length);

/** Shared by everything that is fetched: `sha256/HEX`, as in an OCI image layout. */
export const blobsDirectory = (paths: NodePaths): string => `${rootOf(paths)}/blobs`;
export const blobPath = (paths: NodePaths, digest: Digest): string =>
  `${blobsDirectory(paths)}/sha256/${hexOf(digest)}`;
/** Unpacked layers, shared by all images that have them. */
export const layersDirectory = (paths: NodePaths): string => `${rootOf(paths)}/layers`;
export const layerPath = (paths: NodePaths, id: Digest): string => `${layersDirectory(paths)}/${hexOf(id)}`;
/** A note beside a layer: octets of its archive. */
export const sizePath = (paths: NodePaths, id: Digest): string => `${layerPath(paths, id)}.octets`;
/** Images that are whole. */
export const recordsDirectory = (paths: NodePaths): string => `${rootOf(paths)}/records`;
export const recordPath = (paths: NodePaths, digest: Digest): string =>
  `${recordsDirectory(paths)}/${hexOf(digest)}.json`;
/** Whatever is under way; what is left of it after a crash is worth nothing. */
export const workDirectory = (paths: NodePaths): string => `${rootOf(paths)}/work`;
/** What containers write over their images, by generation. */
export const writableDirectory = (paths: NodePaths): string => `${rootOf(paths)}/writable`;
