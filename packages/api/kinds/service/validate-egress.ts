/** Rules about `egress[]`. */
import { parsePrefix, prefixContains, prefixParts } from "@netwright/base";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { ServiceInput } from "./schema.ts";
import { isWorkloadTier } from "./service.ts";

/** Global unicast (RFC 4291 section 2.4): what is outside is the site's own, or nobody's. */
const internet = parsePrefix("2000::/3");

export function validateEgress({ tiers, egress }: ServiceInput["spec"]): readonly Finding[] {
  const known = tiers.filter(isWorkloadTier).map(({ name }) => name);
  return egress.flatMap(({ from, to }, index) => {
    const path = ["spec", "egress", index];
    const { first, length } = prefixParts(to);
    const isInternet = length >= 3 && prefixContains(internet, addressOf(to)) && first !== 0n;
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
      ...(isInternet ? [] : [finding("NW1203", [...path, "to"], `${to} is not in the internet`, hint)]),
    ];
  });
}

const addressOf = (prefix: ServiceInput["spec"]["egress"][number]["to"]): Parameters<typeof prefixContains>[1] =>
  prefix.slice(0, prefix.indexOf("/")) as Parameters<typeof prefixContains>[1];
