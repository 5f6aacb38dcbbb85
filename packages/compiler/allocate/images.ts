/**
 * Pins images: a name is looked up once for a tier, by whichever host is first, and all instances of the tier run what it
 * stood for then, on every host, until the manifest names another.
 */
import type { Draft } from "../draft.ts";
import { ledgerKeys, type TemplateEntry } from "../ledger.ts";
import type { Observed } from "../observed.ts";

export function pinImages(draft: Draft, { images }: Observed): void {
  const named = new Set<string>();
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

/** Neither the host's own files nor pinned by its manifest. */
const isLookedUp = ({ run }: TemplateEntry): boolean => run.image !== "host" && run.digest === undefined;
