/** Stage Combine: the metric that needs most decides, and nothing shrinks while anything speaks against it. */
import type { TierView } from "./recommend.ts";
import type { MetricRecommendation } from "./types.ts";

export interface Combined {
  readonly replicas: number;
  /** What decided; absent where nothing had an opinion. */
  readonly by?: MetricRecommendation;
  /** Why it does not shrink although it could. */
  readonly held?: string;
  readonly words: string;
}

export function combine(view: TierView, opinions: readonly MetricRecommendation[]): Combined {
  const { wanted } = view.seen;
  const [by] = opinions
    .filter(({ replicas }) => replicas !== undefined)
    .toSorted((a, b) => (b.replicas ?? 0) - (a.replicas ?? 0));
  if (by?.replicas === undefined) return silent(view, opinions);
  if (by.replicas >= wanted) return { replicas: by.replicas, by, words: `${by.name} needs most: ${by.replicas}` };
  const held = whyNotShrink(view, opinions);
  if (held !== undefined) return { replicas: wanted, by, held, words: `${held}: it does not shrink` };
  return { replicas: by.replicas, by, words: `${by.name} needs most: ${by.replicas}` };
}

/** With nothing but schedules, and none of them now, the least is enough. */
function silent(view: TierView, opinions: readonly MetricRecommendation[]): Combined {
  const { scaling, seen } = view;
  const held = whyNotShrink(view, opinions);
  const onlySchedules = scaling.metrics.every(({ kind }) => kind === "Schedule");
  if (held === undefined && onlySchedules && scaling.metrics.length > 0)
    return { replicas: Math.min(seen.wanted, scaling.min), words: "no schedule is active: the least" };
  const words = "nothing to go by: it stays";
  return held === undefined ? { replicas: seen.wanted, words } : { replicas: seen.wanted, held, words };
}

function whyNotShrink(
  { seen, readings, scaling }: TierView,
  opinions: readonly MetricRecommendation[],
): string | undefined {
  if (seen.rollout) return "a rollout is under way";
  if (seen.warming > 0) return `${seen.warming} of its instances ${seen.warming === 1 ? "is" : "are"} starting`;
  const listened = new Set(opinions.map(({ name }) => name));
  const missing = scaling.metrics.flatMap((metric) =>
    metric.kind !== "Schedule" && listened.has(metric.name) && readings[metric.metric] === undefined
      ? [metric.name]
      : [],
  );
  return missing.length === 0 ? undefined : `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`;
}
