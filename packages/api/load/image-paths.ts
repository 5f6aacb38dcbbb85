/** Makes paths of images absolute: hosts do not know where a manifest lay. */
import { formatImageReference, parseImageReference } from "@netwright/base";
import { decodeWritten } from "../kinds/decode.ts";
import { isWorkloadTier } from "../kinds/service/service.ts";
import { relativeImage } from "../kinds/service/unread-files.ts";
import type { LoadedObject } from "./parse-manifests.ts";

/** @param absolute the path on this machine of one that the manifest of that name has */
export function absoluteImages(
  loaded: LoadedObject,
  absolute: (manifest: string, path: string) => string,
): LoadedObject {
  if (loaded.object.kind !== "Service") return loaded;
  const relative = loaded.object.spec.tiers.flatMap((tier, index) => {
    const image = isWorkloadTier(tier) ? tier.workload.image : "host";
    return relativeImage(image) === undefined ? [] : [{ index, reference: parseImageReference(image) }];
  });
  if (relative.length === 0) return loaded;
  const manifest = structuredClone(loaded.manifest) as { spec: { tiers: { workload: { image: string } }[] } };
  for (const { index, reference } of relative) {
    const workload = manifest.spec.tiers[index]?.workload;
    if (workload === undefined || !("path" in reference)) continue;
    workload.image = formatImageReference({ ...reference, path: absolute(loaded.file, reference.path) });
  }
  const decoded = decodeWritten(manifest);
  return decoded.ok ? { ...loaded, manifest, object: decoded.object } : loaded;
}
