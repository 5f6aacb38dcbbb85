import { decodeObject, encodeObject } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { displayName, keyText, type Item, type Items, type ObjectKey } from "../state/objects.ts";
import type { Edit } from "./edit.ts";

export interface Scaling {
  readonly project: string;
  readonly service: string;
  /** Replicas by tier. */
  readonly tiers: Readonly<Record<string, number>>;
}

/** The edit that changes the sizes of tiers and nothing else. @throws NW1501 when there is no such service. */
export function scaleEdit(items: Items, { project, service, tiers }: Scaling): Edit {
  const key: ObjectKey = { kind: "Service", project, name: service };
  const subject = displayName(key);
  const item = items.get(keyText(key));
  if (item === undefined) throw new NetwrightError("NW1501", `there is no ${subject}`, { subject });
  const wire = encodeObject(item.object);
  const decoded = decodeObject({ ...wire, spec: { ...wire.spec, tiers: resized(wire.spec["tiers"], tiers, subject) } });
  if (!decoded.ok) {
    throw NetwrightError.of(decoded.findings.map(({ code, message, path }) => ({ code, message, subject, field: path.join(".") })));
  }
  const scaled: Item = { object: decoded.object, sources: item.sources };
  return { put: [scaled], remove: [], prune: false };
}

type WireTier = Readonly<Record<string, unknown>> & { readonly name: string };

/** Tiers that are only implied are written at the end, so that the places of the others stay right. */
function resized(written: unknown, sizes: Scaling["tiers"], subject: string): readonly WireTier[] {
  const tiers = written as readonly WireTier[];
  const known = new Set([...tiers.map((tier) => tier.name), "lb", "proxy"]);
  for (const name of Object.keys(sizes)) {
    if (known.has(name)) continue;
    throw new NetwrightError("NW1501", `${subject} has no tier ${name}`, { subject, hint: `it has ${[...known].join(", ")}` });
  }
  const implied = ["lb", "proxy"].filter((name) => sizes[name] !== undefined && !tiers.some((tier) => tier.name === name));
  return [
    ...tiers.map((tier) => ({ ...tier, replicas: sizes[tier.name] ?? tier["replicas"] })),
    ...implied.map((name) => ({ name, replicas: sizes[name] })),
  ];
}
