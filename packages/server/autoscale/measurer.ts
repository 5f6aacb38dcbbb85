/** What the store of measurements knows of a tier, as the autoscaler asks for it. */
import type { Measurements } from "../measurements/measurements.ts";
import { recordsNow, tierNow } from "../measurements/query.ts";
import type { Measurer } from "./autoscaler.ts";

/** Seconds. Short, because a decision smooths what it is given by itself. */
const window = 2;

export const measurerOf =
  (measurements: Measurements): Measurer =>
  ({ project, name: service }, tier) => {
    const place = { project, service, tier };
    const question = { group: "instances", filter: place, scope: null, reduce: "Mean" } as const;
    const rows = recordsNow(measurements, question, window);
    return {
      tier: tierNow(measurements, place, window),
      instances: new Map(rows.flatMap((row) => (row.instance === null ? [] : [[row.instance, row]]))),
    };
  };

/** See `AutoscalerDependencies`. */
export const isMeasuredIn =
  (measurements: Measurements) =>
  (host: string): boolean => {
    const since = measurements.since(host);
    return since !== undefined && measurements.now - since > window;
  };
