/** Files that are still named by `source`: the server cannot read them, so whoever applies must put them in. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { isWorkloadTier, type Service } from "./service.ts";

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
