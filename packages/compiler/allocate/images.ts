/**
 * Pins images: a name is looked up once for a tier, by whichever host is first, and all instances of the tier run what it
 * stood for then, on every host, until the manifest names another.
 */
import { isWorkloadTier, type Service } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { ImageEntry, TemplateEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Ledger } from "../ledger.ts";
import type { ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";

/** @param objects what they name stays pinned also while nothing runs */
export function pinImages(objects: ObjectSet, draft: Draft, { images }: Observed): void {
  const named = new Set([...objects.services.values()].flatMap(({ object }) => imageKeys(object)));
  for (const [, template] of draft.all("Template")) {
    if (!isLookedUp(template)) continue;
    const { project, service, tier, run } = template;
    const key = ledgerKeys.image(project, service, tier, run.image);
    named.add(key);
    const digest = images?.get(run.image);
    if (digest === undefined || draft.get("Image", key) !== undefined) continue;
    draft.put(key, { kind: "Image", project, service, tier, name: run.image, digest });
  }
  for (const [key] of draft.all("Image")) if (!named.has(key)) draft.delete(key);
}

const imageKeys = ({ metadata: { project, name }, spec }: Service): readonly string[] =>
  spec.tiers.flatMap((tier) =>
    isWorkloadTier(tier) ? [ledgerKeys.image(project, name, tier.name, tier.workload.image)] : [],
  );

/** What the images of a service stand for now. An undo takes it along, so that what ran then runs again. */
export const pinsOf = (ledger: Ledger, service: Service): readonly ImageEntry[] =>
  imageKeys(service).flatMap((key) => {
    const entry = ledger.get(key);
    return entry?.kind === "Image" ? [entry] : [];
  });

/** Neither the host's own files nor pinned by its manifest. */
const isLookedUp = ({ run }: TemplateEntry): boolean => run.image !== "host" && run.digest === undefined;
