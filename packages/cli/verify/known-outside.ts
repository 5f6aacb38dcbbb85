/** What cases are made from that lead out of a site, or into it. */
import type { AnswerRecord, Client } from "@netwright/api";
import { seconds, type Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import type { Answered } from "@netwright/model";
import type { Outside } from "@netwright/prove/cases/outside-region.ts";
import type { OutsidePlace } from "./outside-place.ts";

/** A name that is let through no longer than this may be forgotten before it is tried. */
const longEnough = seconds(60);

export async function knownOutside(
  client: Client,
  states: readonly HostState[],
  place: OutsidePlace | undefined,
): Promise<Outside> {
  const answers = await client.answers();
  const passing = new Set<string>(
    answers.filter(({ left }) => (left ?? longEnough) < longEnough).map(({ address }) => address),
  );
  const [vip] = states.flatMap(({ networks }) =>
    networks.flatMap(({ loadBalancers }) => loadBalancers.map((each) => each.vip)),
  );
  return {
    client: vip === undefined ? undefined : await place?.addressTowards(vip),
    answering: (place?.answering ?? []).filter((address) => !passing.has(address)),
    answered: answeredIn(answers),
  };
}

/** Names by address, of one network on one host. Pure. */
export const answeredIn =
  (answers: readonly AnswerRecord[]): Answered =>
  (node, { project, name: network }) => {
    const names = new Map<Ipv6, readonly string[]>();
    for (const each of answers) {
      if (each.host !== node || each.project !== project || each.network !== network) continue;
      const address = each.address as Ipv6;
      names.set(address, [...(names.get(address) ?? []), each.name]);
    }
    return names;
  };
