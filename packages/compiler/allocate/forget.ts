/** Takes entries out of the ledger that nothing refers to any more. Counters stay, so that numbers are not used twice. */
import { serviceChain } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { FormerEntry, InstanceEntry, TemplateEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { projectKey, type ObjectSet } from "../objects.ts";

export function forget(objects: ObjectSet, draft: Draft): void {
  forgetRollouts(objects, draft);
  for (const [key, template] of draft.all("Template"))
    if (!runs(draft, template) && !mayRun(draft, template)) draft.delete(key);
  forgetSizes(objects, draft);
  for (const [key, { project, service }] of draft.all("Leads"))
    if (!objects.services.has(projectKey(project, service))) draft.delete(key);
  for (const [key, former] of draft.all("Former")) if (!isLeft(draft, former)) draft.delete(key);
  const asked = askedFor(objects);
  const unasked = (["Class", "Network"] as const).flatMap((kind) => draft.all(kind).filter(([key]) => !asked.has(key)));
  if (unasked.length === 0) return;
  const stoodOn = new Set(draft.all("Instance").flatMap(([, instance]) => foundationsOf(instance)));
  for (const [key] of unasked) if (!stoodOn.has(key)) draft.delete(key);
}

const runs = (draft: Draft, { project, service, tier, hash }: TemplateEntry): boolean =>
  draft.instancesOf(project, service).some((each) => each.tier === tier && each.template === hash);

/** What a rollout that fails goes back to is kept, with what it stood for when it ran. */
function mayRun(draft: Draft, { project, service, tier, hash }: TemplateEntry): boolean {
  const rollout = draft.get("TierRollout", ledgerKeys.tierRollout(project, service, tier));
  return rollout?.stable === hash || rollout?.target === hash;
}

/** Revisions go with their tier. */
function forgetRollouts({ services }: ObjectSet, draft: Draft): void {
  for (const kind of ["TierRollout", "Revision"] as const)
    for (const [key, { project, service, tier }] of draft.all(kind))
      if (services.get(projectKey(project, service))?.object.spec.tiers.every(({ name }) => name !== tier) !== false)
        draft.delete(key);
}

/** A size is kept as long as its tier has autoscale. */
function forgetSizes({ services }: ObjectSet, draft: Draft): void {
  for (const [key, { project, service, tier }] of draft.all("Size")) {
    const tiers = services.get(projectKey(project, service))?.object.spec.tiers ?? [];
    if (!tiers.some(({ name, autoscale }) => name === tier && autoscale !== undefined)) draft.delete(key);
  }
}

const isLeft = (draft: Draft, { project, service, number }: FormerEntry): boolean =>
  draft.instancesOf(project, service).some(({ former }) => former === number);

/** Keys of what objects ask for. */
function askedFor(objects: ObjectSet): ReadonlySet<string> {
  const asked = new Set<string>();
  for (const { object } of objects.networks.values())
    asked.add(ledgerKeys.network(object.metadata.project, object.metadata.name));
  for (const { object } of objects.services.values()) {
    const { project, name } = object.metadata;
    asked.add(ledgerKeys.network(project, object.spec.network));
    for (const tier of serviceChain(object)) asked.add(ledgerKeys.class(project, name, tier.name));
  }
  return asked;
}

const foundationsOf = ({ project, service, tier, network }: InstanceEntry): readonly string[] => [
  ledgerKeys.network(project, network),
  ledgerKeys.class(project, service, tier),
];
