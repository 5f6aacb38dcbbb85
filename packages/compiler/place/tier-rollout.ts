/**
 * How far a tier is with what it was asked to run, and what its new instances run: one step further with each reconciling.
 * What failed is taken back here, by another `target` than the manifest's; nobody else has to know.
 */
import type { ChainTier, Rollout } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry, TemplateEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { RolloutPhase, TierRolloutEntry } from "../rollout-entries.ts";
import type { Observed } from "../observed.ts";
import { isReady } from "./ready.ts";
import { judgeRevision, nextRevision, type TierName } from "./revisions.ts";
import { whyFailed } from "./rollout-failure.ts";
import { limitsOf, seasoning, type RolloutLimits } from "./rollout-limits.ts";
import type { Standing } from "./standing.ts";

/** What became of a rollout, in words. */
export interface RolloutNews extends TierName {
  readonly action: "Paused" | "Stopped" | "RollingBack" | "RolledBack" | "Complete";
  readonly reason: string;
}

export interface TierRolloutInput {
  readonly draft: Draft;
  readonly observed: Observed;
  readonly now: Instant;
  readonly standing: (host: string) => Standing;
  readonly tell: (news: RolloutNews) => void;
  /** Only where it leads to is asked for: nothing is waited for, and nobody pauses. */
  readonly isForeseen: boolean;
  /** What its new instances lead to is not open yet. */
  readonly isHeld: boolean;
}

type WorkloadRole = Extract<ChainTier, { readonly role: "Workload" }>;

export interface TierRolloutStep {
  /** What new instances run. */
  readonly template: TemplateEntry;
  readonly limits: RolloutLimits;
  /** Instances that count for replacing others. */
  readonly isSeasoned: (instance: InstanceEntry) => boolean;
}

/** What there is to decide about. */
interface Scene extends TierRolloutInput {
  readonly name: TierName;
  readonly rollout: Rollout | undefined;
  readonly replicas: number;
  readonly asked: TemplateEntry;
}

export function followTierRollout(
  input: TierRolloutInput,
  { project, service }: Pick<TierName, "project" | "service">,
  { tier, replicas }: WorkloadRole,
  asked: TemplateEntry,
): TierRolloutStep {
  const name = { project, service, tier: tier.name };
  const scene: Scene = { ...input, name, rollout: tier.rollout, replicas, asked };
  const key = ledgerKeys.tierRollout(project, service, tier.name);
  const known = input.draft.get("TierRollout", key);
  const begun = known === undefined || askedHash(scene, known) !== asked.hash ? begin(scene, known, tier) : known;
  const entry = advance(scene, observe(scene, begun));
  if (JSON.stringify(entry) !== JSON.stringify(known)) input.draft.put(key, entry);
  return stepOf(scene, entry);
}

const askedHash = ({ draft, name: { project, service, tier } }: Scene, { asked }: TierRolloutEntry) =>
  draft.get("Revision", ledgerKeys.revision(project, service, tier, asked))?.hash;

function begin(scene: Scene, known: TierRolloutEntry | undefined, tier: WorkloadRole["tier"]): TierRolloutEntry {
  const { draft, name, asked, now } = scene;
  const { revision, ranBefore } = nextRevision(draft, name, known?.asked ?? 0, { hash: asked.hash, tier, at: now });
  return {
    kind: "TierRollout",
    ...name,
    asked: revision.number,
    target: asked.hash,
    stable: known?.stable ?? null,
    phase: "Progressing",
    reason: null,
    heldBy: known?.heldBy ?? null,
    // What ran well before was looked at then.
    isResumed: ranBefore,
    since: now,
    until: null,
    progressAt: now,
    progress: "",
    readyAt: {},
  };
}

/** Instances of the target, and others that only what they run keeps from staying. */
function sorted(scene: Scene, target: string): { readonly fresh: InstanceEntry[]; readonly outdated: InstanceEntry[] } {
  const { draft, name, standing } = scene;
  const own = draft
    .instancesOf(name.project, name.service)
    .filter((each) => each.tier === name.tier && each.phase === "Run" && each.former === undefined)
    .filter(({ host }) => standing(host).kind === "Stays");
  return {
    fresh: own.filter(({ template }) => template === target),
    outdated: own.filter(({ template }) => template !== target),
  };
}

/** With what is ready now, and since when. Of one that was ready and is not, that is remembered until it is judged. */
function observe(scene: Scene, entry: TierRolloutEntry): TierRolloutEntry {
  if (isOver(entry.phase)) return entry;
  const { observed, now } = scene;
  const { fresh, outdated } = sorted(scene, entry.target);
  const ready = new Set(fresh.filter((instance) => isReady(observed, instance)).map(({ id }) => id));
  const readyAt = fresh.flatMap(({ id }) => {
    const since = entry.readyAt[id] ?? (ready.has(id) ? now : undefined);
    return since === undefined ? [] : [[id, since] as const];
  });
  const progress = `${ready.size} ready, ${outdated.length} old`;
  const progressAt = progress === entry.progress ? entry.progressAt : now;
  return { ...entry, readyAt: Object.fromEntries(readyAt), progress, progressAt };
}

/** Nothing of it is left to do, and time does not matter to it. */
export const isOver = (phase: RolloutPhase): boolean => phase === "Complete" || phase === "RolledBack";

function advance(scene: Scene, entry: TierRolloutEntry): TierRolloutEntry {
  if (isOver(entry.phase)) return entry;
  const { fresh, outdated } = sorted(scene, entry.target);
  const why = reasonToFail(scene, entry, fresh, outdated);
  if (why !== undefined) return fail(scene, entry, why);
  const counted = fresh.filter((instance) => isSeasoned(scene, entry, instance));
  if (counted.length >= scene.replicas && outdated.length === 0 && entry.phase !== "Stopped") return end(scene, entry);
  const isLooked = counted.length > 0 && outdated.length > 0 && pausesAfterFirst(scene, entry);
  if (!isLooked || entry.phase !== "Progressing") return entry;
  return tellOf(scene, { ...entry, phase: "Paused" }, "Paused", `${counted[0]?.id} is ready: it is the first new one`);
}

/** Going back to what is known to be good, or coming for the first time, is looked at by nobody. */
const isNew = ({ stable, target }: TierRolloutEntry): boolean => stable !== null && stable !== target;

const pausesAfterFirst = ({ rollout, isForeseen }: Scene, entry: TierRolloutEntry): boolean =>
  rollout?.pauseAfterFirst === true && !isForeseen && !entry.isResumed && isNew(entry);

function isSeasoned({ rollout, observed, now, isForeseen }: Scene, entry: TierRolloutEntry, instance: InstanceEntry) {
  if (!isReady(observed, instance)) return false;
  if (isForeseen || isOver(entry.phase)) return true;
  return now >= (entry.readyAt[instance.id] ?? now) + seasoning(rollout, isNew(entry));
}

function reasonToFail(
  scene: Scene,
  entry: TierRolloutEntry,
  fresh: readonly InstanceEntry[],
  outdated: readonly InstanceEntry[],
): string | undefined {
  const { rollout, observed, now, isForeseen, isHeld } = scene;
  const isJudged = entry.phase === "Progressing" || entry.phase === "Paused";
  if (rollout === undefined || isForeseen || !isJudged || !isNew(entry)) return undefined;
  const isMoving = entry.phase === "Progressing" && entry.heldBy === null && !isHeld;
  return whyFailed({ rollout, entry, fresh, outdated, observed, now, isMoving });
}

function fail(scene: Scene, entry: TierRolloutEntry, reason: string): TierRolloutEntry {
  const { draft, name, now, rollout } = scene;
  judgeRevision(draft, name, entry.asked, "Failed", reason);
  const back = rollout?.autoRollback === true ? templateOf(scene, entry.stable) : undefined;
  if (back === undefined) return tellOf(scene, { ...entry, phase: "Stopped", reason }, "Stopped", reason);
  const fresh = { readyAt: {}, progress: "", progressAt: now };
  return tellOf(scene, { ...entry, ...fresh, phase: "RollingBack", target: back.hash, reason }, "RollingBack", reason);
}

function end(scene: Scene, entry: TierRolloutEntry): TierRolloutEntry {
  const { draft, name, now, replicas } = scene;
  const over = { ...entry, until: now, readyAt: {}, progress: "" };
  if (entry.phase === "RollingBack")
    return tellOf(scene, { ...over, phase: "RolledBack" }, "RolledBack", "what ran before runs again");
  judgeRevision(draft, name, entry.asked, "Complete", null);
  const stable = replicas > 0 ? entry.target : entry.stable;
  const done: TierRolloutEntry = { ...over, phase: "Complete", stable };
  return isNew(entry) ? tellOf(scene, done, "Complete", "all instances run it") : done;
}

function tellOf(
  { name, tell }: Scene,
  entry: TierRolloutEntry,
  action: RolloutNews["action"],
  reason: string,
): TierRolloutEntry {
  tell({ ...name, action, reason: `revision ${entry.asked}: ${reason}` });
  return entry;
}

function templateOf({ draft, name, asked }: Scene, hash: string | null): TemplateEntry | undefined {
  if (hash === null || hash === asked.hash) return hash === null ? undefined : asked;
  return draft.get("Template", ledgerKeys.template(name.project, name.service, name.tier, hash));
}

function stepOf(scene: Scene, entry: TierRolloutEntry): TierRolloutStep {
  const { rollout, replicas, asked, isForeseen, isHeld } = scene;
  const { phase, target, stable, heldBy } = entry;
  const { fresh, outdated } = sorted(scene, target);
  const limits = limitsOf({
    rollout,
    replicas,
    phase,
    isPaused: isHeld || (heldBy !== null && !isForeseen),
    pausesAfterFirst: pausesAfterFirst(scene, entry),
    fresh: fresh.length,
    outdated: outdated.length,
    filler: templateOf(scene, stable),
  });
  return {
    template: templateOf(scene, target) ?? asked,
    limits,
    isSeasoned: (instance) => isSeasoned(scene, entry, instance),
  };
}

/** When time alone will change how it goes; `Infinity` when it will not. */
export function rolloutDue(entry: TierRolloutEntry, rollout: Rollout | undefined, now: Instant): number {
  if (isOver(entry.phase) || rollout === undefined || entry.phase === "Stopped") return Infinity;
  const seasoned = Object.values(entry.readyAt).map((since) => since + seasoning(rollout, isNew(entry)));
  const times = [...seasoned, entry.progressAt + rollout.progressDeadline].filter((time) => time > now);
  // What proxies see of requests is no news: it is looked at every second.
  return Math.min(...times, isNew(entry) ? now + lookInterval : Infinity);
}

const lookInterval = 1000;
