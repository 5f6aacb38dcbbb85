/** Rules of `tiers[]`. */
import type { FieldPath, Finding } from "../kind.ts";
import type { Health } from "./health.ts";
import type { ServiceInput } from "./schema.ts";
import { isImplied, type TierInput } from "./tier.ts";
import { validateWorkload } from "./validate-workload.ts";

type Spec = ServiceInput["spec"];

export function validateTiers(spec: Spec): readonly Finding[] {
  const each = spec.tiers.flatMap((tier, index) => {
    const path = ["spec", "tiers", index];
    return [
      ...nameFindings(spec.tiers, index),
      ...(isImplied(tier.name) ? impliedFindings(spec, tier, path) : workloadFindings(tier, path)),
      ...(tier.health === undefined ? [] : healthFindings(tier.health, [...path, "health"])),
    ];
  });
  return [...each, ...orderFindings(spec.tiers), ...emptyFindings(spec.tiers)];
}

function nameFindings(tiers: readonly TierInput[], index: number): readonly Finding[] {
  const name = tiers[index]?.name;
  const earlier = tiers.findIndex((tier) => tier.name === name);
  if (earlier === index) return [];
  return [
    {
      code: "NW1205",
      path: ["spec", "tiers", index, "name"],
      message: `${name} is the name of tiers[${earlier}] too`,
      hint: "every tier has its own name",
    },
  ];
}

function impliedFindings({ expose }: Spec, tier: TierInput, path: FieldPath): readonly Finding[] {
  const foreign = (["workload", "health"] as const).filter((field) => tier[field] !== undefined);
  const implied = tier.name === "proxy" ? expose.some(({ protocol }) => protocol === "HTTPS") : expose.length > 0;
  const cause = tier.name === "proxy" ? "an HTTPS listener" : "a listener";
  return [
    ...foreign.map((field): Finding => ({
      code: "NW1205",
      path: [...path, field],
      message: `tier ${tier.name} is run by Netwright and has no ${field} of yours`,
      hint: "write only replicas and spread here, or choose another name for the tier",
      onKey: true,
    })),
    ...(implied
      ? []
      : [
          {
            code: "NW1205" as const,
            path: [...path, "name"],
            message: `there is no tier ${tier.name} without ${cause}`,
            hint: `add ${cause} to expose, or leave the tier out`,
          },
        ]),
  ];
}

function workloadFindings({ workload }: TierInput, path: FieldPath): readonly Finding[] {
  if (workload !== undefined) return validateWorkload(workload, [...path, "workload"]);
  return [
    {
      code: "NW1202",
      path: [...path, "workload"],
      message: "is required",
      hint: "only lb and proxy have no workload: say what runs, with image, command and port",
    },
  ];
}

function healthFindings({ http, tcp, interval, timeout }: Health, path: FieldPath): readonly Finding[] {
  const kinds: readonly Finding[] =
    (http === undefined) === (tcp === undefined)
      ? [
          {
            code: "NW1205",
            path,
            message: "names neither or both of http and tcp",
            hint: "write http: /healthz, or tcp: true",
          },
        ]
      : [];
  const times: readonly Finding[] =
    timeout > interval
      ? [
          {
            code: "NW1205",
            path: [...path, "timeout"],
            message: "is longer than interval",
            hint: "a check must be over before the next one begins",
          },
        ]
      : [];
  return [...kinds, ...times];
}

const rank = ({ name }: TierInput): number => (name === "lb" ? 0 : name === "proxy" ? 1 : 2);

/** Order is the way of a request, so `lb` and `proxy` stand where they are passed. */
function orderFindings(tiers: readonly TierInput[]): readonly Finding[] {
  return tiers.flatMap((tier, index): Finding[] => {
    const before = tiers.slice(0, index).find((earlier) => rank(earlier) > rank(tier));
    if (before === undefined) return [];
    return [
      {
        code: "NW1205",
        path: ["spec", "tiers", index, "name"],
        message: `${tier.name} stands after ${before.name}`,
        hint: "a request passes lb, then proxy, then workloads: write them in this order",
      },
    ];
  });
}

function emptyFindings(tiers: readonly TierInput[]): readonly Finding[] {
  if (tiers.some(({ name }) => !isImplied(name))) return [];
  return [
    {
      code: "NW1202",
      path: ["spec", "tiers"],
      message: "has no tier with a workload",
      hint: "add a tier that says what runs",
    },
  ];
}
