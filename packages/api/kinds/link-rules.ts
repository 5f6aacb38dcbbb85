/** Rules that hold for the links of hosts and routers alike. */
import type { Ipv6 } from "@netwright/base";
import { earlierWith, finding } from "./finding.ts";
import type { FieldPath, Finding } from "./kind.ts";

interface Link {
  readonly interface: string;
  readonly localAddress: Ipv6;
  readonly peerAddress: Ipv6;
}

/** @param path of the list. */
export function linkFindings(links: readonly Link[], path: FieldPath): readonly Finding[] {
  return links.flatMap((link, index) => [
    ...sameAddress(link, [...path, index, "peerAddress"]),
    ...repeated(links, index, "interface", path),
    ...repeated(links, index, "localAddress", path),
  ]);
}

function sameAddress({ localAddress, peerAddress }: Link, path: FieldPath): readonly Finding[] {
  if (localAddress !== peerAddress) return [];
  return [
    finding("NW1205", path, `${peerAddress} is localAddress too`, "the two ends of a link have different addresses"),
  ];
}

function repeated(
  links: readonly Link[],
  index: number,
  field: "interface" | "localAddress",
  path: FieldPath,
): readonly Finding[] {
  const earlier = earlierWith(links, index, field);
  if (earlier === undefined) return [];
  const message = `${links[index]?.[field]} stands in entry ${earlier} too`;
  return [finding("NW1205", [...path, index, field], message, "every link has its own device and address")];
}
