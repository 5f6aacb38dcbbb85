/** What the author's own directory is needed for: the server does not have it, so whoever applies must put it in. */
import { parseImageReference } from "@netwright/base";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { isWorkloadTier, type Service } from "./service.ts";

/** The path of an image that is told from the manifest's directory; undefined for all others. */
export function relativeImage(image: string): string | undefined {
  const reference = parseImageReference(image);
  if (reference.kind === "Host" || reference.kind === "Registry") return undefined;
  return reference.path.startsWith("/") ? undefined : reference.path;
}

export function relativeImages({ spec }: Service): readonly Finding[] {
  const hint = "write an absolute path on the hosts; netwright apply makes it from one beside the manifest";
  return spec.tiers.flatMap((tier, index) => {
    const path = isWorkloadTier(tier) ? relativeImage(tier.workload.image) : undefined;
    if (path === undefined) return [];
    return [
      finding(
        "NW1107",
        ["spec", "tiers", index, "workload", "image"],
        `${path} is told from where it was written`,
        hint,
      ),
    ];
  });
}

/** Files that are still named by `source`. */
export function unreadFiles({ spec }: Service): readonly Finding[] {
  const hint = "send the file's content; netwright apply does it";
  return spec.tiers.flatMap((tier, index) => {
    const files = isWorkloadTier(tier) ? tier.workload.files : [];
    return files.flatMap(({ source }, number) => {
      if (source === undefined) return [];
      const path = ["spec", "tiers", index, "workload", "files", number, "source"];
      return [finding("NW1107", path, `${source} lies where it was written, not here`, hint)];
    });
  });
}
