/**
 * Pins images: a name is looked up once for a tier, by whichever host is first, and all instances of the tier run what it
 * stood for then, on every host, until the manifest names another.
 */
import { isWorkloadTier, type Service } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { EntryGroup } from "../entry-group.ts";
import type { ImageEntry, TemplateEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Ledger } from "../ledger.ts";
import type { Observed } from "../observed.ts";
import type { Busy } from "../place/busy.ts";

/** What objects name stays pinned also while nothing runs. */
export function pinImages(busy: Busy, draft: Draft, { images }: Observed): void {
  const named = new Set(busy.services.flatMap(({ object }) => imageKeys(object)));
  for (const [, template] of busy.all("Template")) {
    if (!isLookedUp(template)) continue;
    const { project, service, tier, run } = template;
    const key = imageKey(template);
    named.add(key);
    const digest = images?.get(run.image);
    if (digest === undefined || draft.get("Image", key) !== undefined) continue;
    draft.put(key, { kind: "Image", project, service, tier, name: run.image, digest });
  }
  for (const [key] of busy.all("Image")) if (!named.has(key)) draft.delete(key);
}

const imageKey = ({ project, service, tier, run }: TemplateEntry): string =>
  ledgerKeys.image(project, service, tier, run.image);

/** Names of images that are to be pinned as soon as somebody has looked them up. */
export const unpinnedIn = (group: EntryGroup): readonly string[] =>
  group.all("Template").flatMap(([, each]) => (isLookedUp(each) && !group.has(imageKey(each)) ? [each.run.image] : []));

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
