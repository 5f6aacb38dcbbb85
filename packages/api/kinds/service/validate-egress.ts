/** Rules about `egress[]`. */
import { formatIpv6, internet, isPrefix, prefixContains, prefixParts, type Ipv6Prefix } from "@netwright/base";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { ServiceInput } from "./schema.ts";
import { isWorkloadTier } from "./service.ts";

export function validateEgress({ tiers, egress }: ServiceInput["spec"]): readonly Finding[] {
  const known = tiers.filter(isWorkloadTier).map(({ name }) => name);
  return egress.flatMap(({ from, to }, index) => {
    const path = ["spec", "egress", index];
    const hint = "egress leads to the internet (2000::/3); between services write allow";
    return [
      ...(known.includes(from)
        ? []
        : [
            finding(
              "NW1301",
              [...path, "from"],
              `there is no tier ${from} with a workload here`,
              `tiers: ${known.join(", ")}`,
            ),
          ]),
      ...(!isPrefix(to) || isInternet(to)
        ? []
        : [finding("NW1203", [...path, "to"], `${to} is not in the internet`, hint)]),
    ];
  });
}

function isInternet(prefix: Ipv6Prefix): boolean {
  const { first, length } = prefixParts(prefix);
  return length >= 3 && prefixContains(internet, formatIpv6(first));
}
