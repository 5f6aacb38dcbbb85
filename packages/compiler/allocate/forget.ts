/** Takes entries out of the ledger that nothing refers to any more. Counters stay, so that numbers are not used twice. */
import { serviceChain } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { ClassEntry, FormerEntry, TemplateEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Busy } from "../place/busy.ts";

export function forget(objects: ObjectSet, draft: Draft, busy: Busy): void {
  forgetRollouts(objects, draft, busy);
  for (const [key, template] of busy.all("Template"))
    if (!runs(draft, template) && !mayRun(draft, template)) draft.delete(key);
  forgetSizes(objects, draft, busy);
  for (const [key, { project, service }] of busy.all("Leads"))
    if (!objects.services.has(projectKey(project, service))) draft.delete(key);
  for (const [key, former] of busy.all("Former")) if (!isLeft(draft, former)) draft.delete(key);
  for (const [key, entry] of busy.all("Class"))
    if (!isAsked(objects, entry) && !isStoodOn(draft, entry)) draft.delete(key);
  forgetNetworks(objects, draft);
}

const runs = (draft: Draft, { project, service, tier, hash }: TemplateEntry): boolean =>
  draft.instancesOf(project, service).some((each) => each.tier === tier && each.template === hash);

/** What a rollout that fails goes back to is kept, with what it stood for when it ran. */
function mayRun(draft: Draft, { project, service, tier, hash }: TemplateEntry): boolean {
  const rollout = draft.get("TierRollout", ledgerKeys.tierRollout(project, service, tier));
  return rollout?.stable === hash || rollout?.target === hash;
}

/** Revisions go with their tier. */
function forgetRollouts({ services }: ObjectSet, draft: Draft, busy: Busy): void {
  for (const kind of ["TierRollout", "Revision"] as const)
    for (const [key, { project, service, tier }] of busy.all(kind))
      if (services.get(projectKey(project, service))?.object.spec.tiers.every(({ name }) => name !== tier) !== false)
        draft.delete(key);
}

/** A size is kept as long as its tier has autoscale. */
function forgetSizes({ services }: ObjectSet, draft: Draft, busy: Busy): void {
  for (const [key, { project, service, tier }] of busy.all("Size")) {
    const tiers = services.get(projectKey(project, service))?.object.spec.tiers ?? [];
    if (!tiers.some(({ name, autoscale }) => name === tier && autoscale !== undefined)) draft.delete(key);
  }
}

const isLeft = (draft: Draft, { project, service, number }: FormerEntry): boolean =>
  draft.instancesOf(project, service).some(({ former }) => former === number);

function isAsked({ services }: ObjectSet, { project, service, tier }: ClassEntry): boolean {
  const object = services.get(projectKey(project, service))?.object;
  return object !== undefined && serviceChain(object).some(({ name }) => name === tier);
}

const isStoodOn = (draft: Draft, { project, service, tier }: ClassEntry): boolean =>
  draft.instancesOf(project, service).some((each) => each.tier === tier);

/** Networks are asked for by whatever names them, and stay for as long as an instance is in them. */
function forgetNetworks({ networks, services }: ObjectSet, draft: Draft): void {
  const named = new Set(
    [...services.values()].map(({ object: { metadata, spec } }) => projectKey(metadata.project, spec.network)),
  );
  const unasked = draft.all("Network").filter(([, { project, name }]) => {
    const key = projectKey(project, name);
    return !networks.has(key) && !named.has(key);
  });
  if (unasked.length === 0) return;
  const stoodOn = new Set(draft.all("Instance").map(([, { project, network }]) => projectKey(project, network)));
  for (const [key, { project, name }] of unasked) if (!stoodOn.has(projectKey(project, name))) draft.delete(key);
}
