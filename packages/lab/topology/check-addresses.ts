/** Whether the addresses of a lab fit together on its links. Pure. */
import type { Lab } from "@netwright/api";
import { ipParts, isInPrefix, type Diagnostic, type InterfaceAddress } from "@netwright/base";
import type { SegmentPort } from "./segments.ts";
import type { TopologyLink } from "./topology.ts";

/** One address of a port in a segment. */
interface Claim extends SegmentPort {
  readonly text: InterfaceAddress;
  readonly field: string;
}

/** Every finding; none means that all who should hear each other do. */
export function addressDiagnostics(
  { metadata, spec }: Lab,
  links: readonly TopologyLink[],
  segments: readonly (readonly SegmentPort[])[],
): readonly Diagnostic[] {
  const subject = `lab/${metadata.name}`;
  const found = segments.flatMap((segment) => {
    const claims = segment.flatMap((at) => claimsOf(at));
    const first = new Map<string, Claim>();
    for (const claim of claims) if (!first.has(addressOf(claim))) first.set(addressOf(claim), claim);
    return [
      ...claims.flatMap((claim) => clash(claim, first.get(addressOf(claim)) as Claim)),
      ...claims.flatMap((claim) => stranger(claim, claims)),
      ...macClashes(segment),
    ];
  });
  const bare = links.flatMap((link, index) => oneSided(spec.links[index]?.ends ?? [], link, index));
  return [...found, ...bare].map((each) => ({ ...each, subject }));
}

const claimsOf = (at: SegmentPort): readonly Claim[] =>
  at.port.addresses.map((text, index) => ({
    ...at,
    text,
    field: `spec.links[${at.link}].ends[${at.end}].${at.port.written ? `addresses[${index}]` : "address"}`,
  }));

const addressOf = ({ text }: Claim): string => text.slice(0, text.indexOf("/"));
const nameOf = ({ port }: SegmentPort): string => `${port.node}:${port.interface}`;

function clash(claim: Claim, first: Claim): readonly Diagnostic[] {
  if (first === claim) return [];
  const message = `${addressOf(claim)} is the address of ${nameOf(first)} too`;
  return [{ code: "NW1205", message, field: claim.field, hint: "every interface on a link has its own" }];
}

/** A whole length means one address alone: whoever writes it knows who is at the other end. */
function stranger(claim: Claim, claims: readonly Claim[]): readonly Diagnostic[] {
  const { family, address, length } = ipParts(claim.text);
  if (!claim.port.written || length === (family === "IPv4" ? 32 : 128) || address.startsWith("fe80:")) return [];
  const others = claims.filter((other) => {
    const parts = ipParts(other.text);
    return nameOf(other) !== nameOf(claim) && parts.family === family && !parts.address.startsWith("fe80:");
  });
  const meets = others.some(
    (other) => isInPrefix(claim.text, ipParts(other.text).address) && isInPrefix(other.text, address),
  );
  const [other] = others;
  if (other === undefined || meets) return [];
  const message = `${claim.text} shares no prefix with the other end: ${nameOf(other)} has ${other.text}`;
  return [
    { code: "NW1205", message, field: claim.field, hint: "both ends of a link, and all on a switch, share a prefix" },
  ];
}

function macClashes(segment: readonly SegmentPort[]): readonly Diagnostic[] {
  return segment.flatMap((at, index) => {
    const earlier = segment.findIndex(({ port }) => port.mac === at.port.mac);
    if (earlier === index) return [];
    const message = `${at.port.mac} is the MAC address of ${nameOf(segment[earlier] as SegmentPort)} too`;
    const field = `spec.links[${at.link}].ends[${at.end}].mac`;
    return [{ code: "NW1205", message, field, hint: "every interface on a link has its own" } as const];
  });
}

/** The plan's own addresses would not be in the prefix that somebody wrote for the other end. */
function oneSided(
  ends: Lab["spec"]["links"][number]["ends"],
  link: TopologyLink,
  index: number,
): readonly Diagnostic[] {
  return ([0, 1] as const).flatMap((side): readonly Diagnostic[] => {
    const [own, other] = [ends[side], ends[1 - side]];
    const [port, peer] = [link.ends[side], link.ends[1 - side]];
    if (own === undefined || peer === undefined || port.written || own.address !== undefined) return [];
    if ((other?.addresses ?? []).length === 0 || port.addresses.length === 0) return [];
    const message = `${nameOf({ port, link: index, end: side })} has no addresses, but ${peer.node} has ${peer.addresses[0]}`;
    const hint = "write addresses at both ends; addresses: [] for none";
    return [{ code: "NW1202", message, field: `spec.links[${index}].ends[${side}].addresses`, hint }];
  });
}
