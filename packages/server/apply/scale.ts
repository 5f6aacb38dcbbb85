import { decodeObject, encodeObject, formatPath, type Sources } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { displayName, keyText, type Items, type ObjectKey } from "../state/objects.ts";
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
  const written = wire.spec["tiers"] as readonly WireTier[];
  const sized = resized(written, tiers, subject);
  const decoded = decodeObject({ ...wire, spec: { ...wire.spec, tiers: sized } });
  if (!decoded.ok) {
    throw NetwrightError.of(
      decoded.findings.map(({ code, message, path }) => ({ code, message, subject, field: formatPath(path) })),
    );
  }
  return { put: [{ object: decoded.object, sources: moved(item.sources, written, sized) }], remove: [], prune: false };
}

type WireTier = Readonly<Record<string, unknown>> & { readonly name: string };

const impliedTiers = ["lb", "proxy"];

/** Tiers that were only implied get written, at their place in the chain. */
function resized(written: readonly WireTier[], sizes: Scaling["tiers"], subject: string): readonly WireTier[] {
  const known = new Set([...impliedTiers, ...written.map((tier) => tier.name)]);
  for (const name of Object.keys(sizes)) {
    if (known.has(name)) continue;
    throw new NetwrightError("NW1501", `${subject} has no tier ${name}`, {
      subject,
      hint: `it has ${[...known].join(", ")}`,
    });
  }
  const tiers = new Map(written.map((tier) => [tier.name, tier]));
  return [...known].flatMap((name) => {
    const tier = tiers.get(name);
    const replicas = sizes[name] ?? tier?.["replicas"];
    return tier === undefined && sizes[name] === undefined ? [] : [{ name, ...tier, replicas }];
  });
}

/** Places of tiers follow them to their new index. */
function moved(sources: Sources, before: readonly WireTier[], after: readonly WireTier[]): Sources {
  const place = (path: string): string =>
    path.replace(
      /^spec\.tiers\[(\d+)\]/,
      (_, index: string) => `spec.tiers[${after.findIndex(({ name }) => name === before[Number(index)]?.name)}]`,
    );
  return Object.fromEntries(Object.entries(sources).map(([path, source]) => [place(path), source]));
}
