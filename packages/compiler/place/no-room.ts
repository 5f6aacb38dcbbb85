/** What is done, and said, where a tier lacks an instance and no host can take one. */
import type { ChainTier } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { ledgerKeys } from "../ledger-keys.ts";
import { diagnose } from "../objects.ts";
import { drain } from "./explanation.ts";
import { formerInstances } from "./former.ts";
import { maxNumber, type NoPlace } from "./new-instance.ts";
import { isReady } from "./ready.ts";
import { fresh, running, whyNotStay, type TierWork } from "./tier-work.ts";
import { victims } from "./victims.ts";

/** A tier without a class was complained about when classes were given out. */
export function* noNumber({ draft, service, tier }: TierWork): Generator<Diagnostic> {
  const { project, name } = service.object.metadata;
  const counter = draft.get("Counter", ledgerKeys.instanceCounter(project, name, tier.name));
  if ((counter?.next ?? 0) <= maxNumber) return;
  yield diagnose(
    "NW1403",
    service,
    tier.field,
    `tier ${tier.name} has used all ${maxNumber} instance numbers`,
    "rename the tier",
  );
}

/** Nowhere to place: make room by draining, wait for a drain under way, or say for each host why not. */
export function* noRoom(work: TierWork, { perHost, data }: NoPlace, missing: number): Generator<Diagnostic> {
  const { draft, service, tier, template, observed, standing, explain, limits } = work;
  const { project, name } = service.object.metadata;
  const base = { project, service: name, tier: tier.name, instance: `${name}-${tier.name}`, host: null };
  const leaving = draft
    .instancesOf(project, name)
    .find(({ phase, role }) => phase === "Drain" && role !== "LoadBalancer");
  if (leaving !== undefined) {
    explain({ ...base, action: "Wait", reason: `no room until ${leaving.id} has drained` });
    return;
  }
  const former = formerInstances(draft, project, name).find(({ phase }) => phase === "Run");
  if (former !== undefined) {
    drain(work, former, "no host has room for it and for what takes its place at once");
    return;
  }
  const [coming] = data === undefined ? [] : fresh(work).filter((instance) => !isReady(observed, instance));
  if (coming !== undefined) {
    explain({ ...base, action: "Wait", reason: `the next one is replaced when ${coming.id} is ready` });
    return;
  }
  const stale = running(work).filter((instance) => instance.template !== (template?.hash ?? ""));
  const movable = stale.filter(({ host }) => standing(host).kind === "Stays");
  const [first] = victims(movable, 1, observed);
  if (first !== undefined && data === undefined && limits.isStrict) {
    const reason = "no host has room for one more beside the old ones, and maxUnavailable is 0";
    explain({ ...base, action: "Wait", reason });
    return;
  }
  if (first !== undefined && limits.isHeld) return;
  if (first !== undefined) {
    const why = data === undefined ? "no host has room for both at once" : "its volumes are for one at a time";
    drain(work, first, `replaced: its workload changed, and ${why}`);
    return;
  }
  const why = perHost.join("; ") || "there is no Host";
  explain({ ...base, action: "Wait", reason: `no host can take it: ${why}` });
  yield* unplaced(work, { missing, why, data });
}

/** What is on a host that it should leave stays there for want of another place: that is no fault of the manifest. */
function* unplaced(
  work: TierWork,
  { missing, why, data }: Pick<NoPlace, "data"> & { readonly missing: number; readonly why: string },
): Generator<Diagnostic> {
  const { service, standing, tier } = work;
  const held = running(work).filter(({ host }) => ["Lost", "Closed"].includes(standing(host).kind));
  const path = [...tier.field, ...(tier.field[1] === "tiers" ? ["replicas"] : [])];
  const homeless = missing - held.length;
  if (homeless > 0) {
    const text = `${homeless} of ${tier.replicas} instances of ${tier.name} fit nowhere: ${why}`;
    yield data === undefined
      ? diagnose("NW1402", service, path, text, hintFor(tier))
      : diagnose("NW1404", service, path, text, dataHint);
  }
  const [first] = held;
  if (first === undefined) return;
  const stuck = held.map(({ id }) => id).join(", ");
  const text = `${stuck} cannot be replaced (${whyNotStay(work, first)}): ${why}`;
  yield diagnose("NW1404", service, path, text, data === undefined ? hintFor(tier) : dataHint);
}

const dataHint = "bring the host back, or delete the volume to begin elsewhere without its data";

function hintFor({ spread, replicas, role }: ChainTier): string {
  if (role === "LoadBalancer") return "ask for at most as many load balancers as there are hosts, or add a host";
  return spread === "required" && replicas > 1
    ? "add hosts, ask for fewer replicas, or set spread: preferred"
    : "add a host, ask for fewer replicas or resources, or raise a host's capacity";
}
