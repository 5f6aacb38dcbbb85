/** Pausing, resuming and taking back what tiers were asked to run. Pure. */
import { decodeObject, encodeObject, isWorkloadTier } from "@netwright/api";
import { NetwrightError, type Instant } from "@netwright/base";
import {
  ledgerKeys,
  pauseRollout,
  resumeRollout,
  type Ledger,
  type LedgerChange,
  type RevisionEntry,
  type TierRolloutEntry,
} from "@netwright/compiler";
import type { World } from "../control/world.ts";
import type { NewEvent } from "../state/events.ts";
import { displayName, keyText, type Items, type ObjectKey } from "../state/objects.ts";
import type { Edit } from "./edit.ts";

export interface RolloutTarget {
  readonly project: string;
  readonly service: string;
  /** Undefined: all of them. */
  readonly tier: string | undefined;
}

interface Steered {
  readonly changes: readonly LedgerChange[];
  readonly events: readonly NewEvent[];
}

/** @throws NW1501 for what is not there. */
export function steerRollouts(
  { items, ledger }: Pick<World, "items" | "ledger">,
  target: RolloutTarget,
  { action, by, now }: { readonly action: "Pause" | "Resume"; readonly by: string; readonly now: Instant },
): Steered {
  const subject = displayName(keyOf(target));
  const steered = rolloutsOf(items, ledger, target).map((entry) => ({
    entry,
    changes: action === "Pause" ? pauseRollout(entry, by) : resumeRollout(ledger, entry, now),
  }));
  const reason = action === "Pause" ? "RolloutHeld" : "RolloutResumed";
  return {
    changes: steered.flatMap(({ changes }) => changes),
    events: steered
      .filter(({ changes }) => changes.length > 0)
      .map(({ entry }) => ({ object: subject, type: "Normal", reason, message: `tier ${entry.tier}: by ${by}` })),
  };
}

const keyOf = ({ project, service }: RolloutTarget): ObjectKey => ({ kind: "Service", project, name: service });

function rolloutsOf(items: Items, ledger: Ledger, target: RolloutTarget): readonly TierRolloutEntry[] {
  const { project, service, tier } = target;
  const subject = displayName(keyOf(target));
  const object = items.get(keyText(keyOf(target)))?.object;
  if (object?.kind !== "Service") throw new NetwrightError("NW1501", `there is no ${subject}`, { subject });
  const names = object.spec.tiers.filter(isWorkloadTier).map(({ name }) => name);
  if (tier !== undefined && !names.includes(tier))
    throw new NetwrightError("NW1501", `${subject} has no tier ${tier} with a workload`, {
      subject,
      hint: `it has ${names.join(", ")}`,
    });
  return (tier === undefined ? names : [tier]).flatMap((name) => {
    const entry = ledger.get(ledgerKeys.tierRollout(project, service, name));
    return entry?.kind === "TierRollout" ? [entry] : [];
  });
}

/**
 * The edit that puts a revision's workload into the manifest: what runs where that is another one than was asked for, else the
 * one before. @throws NW1501 when there is none.
 */
export function undoRollout(items: Items, ledger: Ledger, target: RolloutTarget, revision: number | undefined): Edit {
  const entries = rolloutsOf(items, ledger, target);
  const found = entries.flatMap((entry) => {
    const known = revisionFor(ledger, entry, revision);
    return known === undefined ? [] : [known];
  });
  const subject = displayName(keyOf(target));
  const item = items.get(keyText(keyOf(target)));
  if (found.length === 0 || item === undefined)
    throw new NetwrightError(
      "NW1501",
      `${subject} has no ${revision === undefined ? "earlier revision" : `revision ${revision}`}`,
      {
        subject,
        hint: "see netwright rollout history",
      },
    );
  const wire = encodeObject(item.object);
  const object = item.object.kind === "Service" ? item.object : undefined;
  const tiers = (object?.spec.tiers ?? []).map((tier) => {
    const old = found.find((each) => each.tier === tier.name);
    if (old === undefined || !isWorkloadTier(tier)) return tier;
    const { mutualTls: _, ...rest } = tier;
    return { ...rest, workload: old.workload, ...(old.mutualTls === undefined ? {} : { mutualTls: old.mutualTls }) };
  });
  const changed = object === undefined ? wire : encodeObject({ ...object, spec: { ...object.spec, tiers } });
  const decoded = decodeObject(changed);
  if (!decoded.ok) throw NetwrightError.of(decoded.findings.map(({ code, message }) => ({ code, message, subject })));
  return { put: [{ object: decoded.object, sources: item.sources }], remove: [], prune: false };
}

function revisionFor(ledger: Ledger, entry: TierRolloutEntry, wanted: number | undefined): RevisionEntry | undefined {
  const { project, service, tier, asked, target } = entry;
  const at = (number: number): RevisionEntry | undefined => {
    const found = ledger.get(ledgerKeys.revision(project, service, tier, number));
    return found?.kind === "Revision" ? found : undefined;
  };
  if (wanted !== undefined) return at(wanted);
  const present = at(asked);
  for (let number = asked - 1; number > 0 && number > asked - 20; number--) {
    const old = at(number);
    if (old === undefined) continue;
    // Of what was taken back: what runs. Else the last that was good.
    if (present?.hash !== target ? old.hash === target : old.outcome === "Complete") return old;
  }
  return undefined;
}
