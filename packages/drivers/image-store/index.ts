/** Images of a host: fetched, proven, unpacked once a layer, and collected. The agent fills it, runtimes read it. */
export { collectImages, markUsed, setAsideWritten, sweepImages, type CollectOptions } from "./collect.ts";
export type { ImageLimits, Progress } from "./fetched-image.ts";
export { layerPath, writableDirectory } from "./layout.ts";
export { platformOf } from "./manifest.ts";
export { resolveUser } from "./image-user.ts";
export { smallFile } from "./layers-below.ts";
export { missingForImages } from "./probe.ts";
export { pullImage, resolveImage, type PullContext } from "./pull.ts";
export { readImage, type ImageRecord } from "./record.ts";
