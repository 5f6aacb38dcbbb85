/** The edit that pauses or resumes autoscale: `tiers[].autoscale.pause`, as a person would write it. */
import { decodeObject, encodeObject, formatPath, scalingName, type Autoscale, type Service } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { displayName, keyText, type Items, type ObjectKey } from "../state/objects.ts";
import type { Edit } from "./edit.ts";

export interface Pausing {
  readonly project: string;
  readonly service: string;
  /** All with autoscale when left out. */
  readonly tiers?: readonly string[] | undefined;
  readonly directions?: readonly ("Up" | "Down")[] | undefined;
  readonly metrics?: readonly string[] | undefined;
  readonly paused: boolean;
}

/** @throws NW1501 when there is no such service, tier or metric. */
export function pauseEdit(items: Items, pausing: Pausing): Edit {
  const key: ObjectKey = { kind: "Service", project: pausing.project, name: pausing.service };
  const subject = displayName(key);
  const item = items.get(keyText(key));
  if (item?.object.kind !== "Service") throw new NetwrightError("NW1501", `there is no ${subject}`, { subject });
  const service: Service = item.object;
  const named = pausing.tiers ?? service.spec.tiers.flatMap(({ name, autoscale }) => (autoscale ? [name] : []));
  if (named.length === 0) throw noTier(subject, "no tier with autoscale");
  for (const name of named)
    if (!service.spec.tiers.some((tier) => tier.name === name && tier.autoscale))
      throw noTier(subject, `no tier ${name} with autoscale`);
  const tiers = service.spec.tiers.map((tier) =>
    tier.autoscale !== undefined && named.includes(tier.name)
      ? { ...tier, autoscale: { ...tier.autoscale, pause: pauseOf(tier.autoscale, pausing, subject) } }
      : tier,
  );
  const wire = encodeObject({ ...service, spec: { ...service.spec, tiers } });
  const decoded = decodeObject(wire);
  if (!decoded.ok)
    throw NetwrightError.of(
      decoded.findings.map(({ code, message, path }) => ({ code, message, subject, field: formatPath(path) })),
    );
  return { put: [{ object: decoded.object, sources: item.sources }], remove: [], prune: false };
}

const noTier = (subject: string, what: string): NetwrightError =>
  new NetwrightError("NW1501", `${subject} has ${what}`, { subject, hint: "see autoscale in its tiers" });

function pauseOf({ pause, metrics = [] }: Autoscale, pausing: Pausing, subject: string): Autoscale["pause"] {
  const { paused, metrics: names = [] } = pausing;
  const known = metrics.length === 0 ? names : metrics.map(scalingName);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new NetwrightError("NW1501", `${subject} has no metric ${unknown}`, {
      subject,
      hint: `it has ${known.join(", ")}`,
    });
  const isAll = pausing.directions === undefined && pausing.metrics === undefined;
  const directions = isAll ? (["Up", "Down"] as const) : (pausing.directions ?? []);
  const others = pause.metrics.filter((name) => !names.includes(name));
  return {
    up: directions.includes("Up") ? paused : pause.up,
    down: directions.includes("Down") ? paused : pause.down,
    // To resume everything is to listen to everything.
    metrics: paused ? [...others, ...names] : isAll ? [] : others,
  };
}
