/** Rules across fields of one Host. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { linkFindings } from "../link-rules.ts";
import type { HostInput } from "./schema.ts";

export function validateHost({ spec }: HostInput): readonly Finding[] {
  const vtepOnLink = spec.uplinks.flatMap((uplink, index) => {
    const field = (["localAddress", "peerAddress"] as const).find((name) => uplink[name] === spec.vtep);
    if (field === undefined) return [];
    const hint = "the tunnel end point must stay reachable when one link fails: put it on lo";
    return [finding("NW1205", ["spec", "uplinks", index, field], `${spec.vtep} is the vtep`, hint)];
  });
  return [...linkFindings(spec.uplinks, ["spec", "uplinks"]), ...vtepOnLink, ...hostPathFindings(spec.hostPaths ?? [])];
}

/** Who may write in a directory can put a link in the place of what lies in it, and would see whatever that leads to. */
function hostPathFindings(allowed: NonNullable<HostInput["spec"]["hostPaths"]>): readonly Finding[] {
  return allowed.flatMap(({ path }, index) => {
    const at = ["spec", "hostPaths", index, "path"];
    const twice = allowed.findIndex((other) => other.path === path);
    const outer = allowed.find((other) => !other.readOnly && path.startsWith(`${other.path}/`));
    return [
      ...(twice === index ? [] : [finding("NW1205", at, `${path} is the path of hostPaths[${twice}] too`, "keep one")]),
      ...(outer === undefined
        ? []
        : [finding("NW1205", at, `${path} lies in ${outer.path}, where workloads may write`, "allow one of them")]),
    ];
  });
}
