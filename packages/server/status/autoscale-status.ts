/** What autoscale makes of a service's tiers, as people see it. Pure. */
import type { AutoscaleStatus, Service } from "@netwright/api";
import { formatInstant } from "@netwright/base";
import { projectKey } from "@netwright/compiler";
import type { TierCourse } from "../autoscale/course.ts";
import type { Facts } from "./facts.ts";
import type { ServiceInstance } from "./service-status.ts";

/** Nothing where no tier has it, or nothing was decided yet. */
export function autoscaleOf(
  { autoscale: facts }: Pick<Facts, "autoscale">,
  { metadata: { project, name }, spec }: Service,
  instances: readonly ServiceInstance[],
): { readonly autoscale?: AutoscaleStatus } {
  const course = facts.courseOf(projectKey(project, name));
  if (course === undefined) return {};
  const tiers = spec.tiers.flatMap(({ name: tier, autoscale }): AutoscaleStatus["tiers"] => {
    const own = course.tiers[tier];
    if (autoscale === undefined || own === undefined) return [];
    const { min, max } = autoscale;
    return [{ tier, desired: own.desired, current: readyIn(tier, instances), min, max, ...toldOf(own) }];
  });
  if (tiers.length === 0) return {};
  return { autoscale: { ...(course.bottleneck === undefined ? {} : { bottleneck: course.bottleneck }), tiers } };
}

const readyIn = (tier: string, instances: readonly ServiceInstance[]): number =>
  instances.filter(({ entry, phase }) => entry.tier === tier && entry.former === undefined && phase === "Ready").length;

const toldOf = ({ floor, code, message, since, last }: TierCourse) => ({
  floor,
  reason: code,
  message,
  since: formatInstant(since),
  ...(last === undefined
    ? {}
    : {
        last: {
          at: formatInstant(last.at),
          from: last.from,
          to: last.to,
          reason: last.code,
          message: last.message,
        },
      }),
});
