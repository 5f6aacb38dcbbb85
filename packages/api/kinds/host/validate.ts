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
  return [...linkFindings(spec.uplinks, ["spec", "uplinks"]), ...vtepOnLink];
}
