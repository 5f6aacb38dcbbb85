/** Whether a link is what is wanted but for what can be set in place, and what stands in its way. Pure. */
import { vxlanPort } from "@netwright/contract";
import { endKey, type LinkEnd, type LinkWant, type VxlanWant } from "./link.ts";
import type { LinkHave } from "./parse.ts";

type Links = ReadonlyMap<string, LinkHave>;

export function sound(want: LinkWant, links: Links): boolean {
  if (want.kind === "Vxlan") return soundVxlan(want, links.get(endKey(want)));
  const [end, peer] = want.ends.map((each) => links.get(endKey(each)));
  return end !== undefined && peer !== undefined && end.kind === "veth" && paired(end, peer);
}

function soundVxlan(want: VxlanWant, have: LinkHave | undefined): boolean {
  const tunnel = have?.vxlan;
  if (tunnel === undefined) return false;
  return tunnel.vni === want.vni && tunnel.local === want.local && tunnel.port === vxlanPort && !tunnel.learning;
}

const paired = (end: LinkHave, peer: LinkHave): boolean => end.peerIndex === peer.index && peer.peerIndex === end.index;

/** Devices that must go before the wanted ones can be made; deleting one end of a pair deletes both. */
export function wrongLinks(wrong: readonly LinkWant[], links: Links): readonly LinkHave[] {
  return wrong.flatMap((want) => {
    const ends: readonly LinkEnd[] = want.kind === "Vxlan" ? [want] : want.ends;
    const [first, second] = ends.map((end) => links.get(endKey(end)));
    return [first, first !== undefined && second !== undefined && paired(first, second) ? undefined : second].filter(
      (link) => link !== undefined,
    );
  });
}
