/** Rules that hold for the links of hosts and routers alike. */
import type { Ipv6 } from "@netwright/base";
import type { FieldPath, Finding } from "./kind.ts";

interface Link {
  readonly interface: string;
  readonly localAddress: Ipv6;
  readonly peerAddress: Ipv6;
}

/** @param path of the list. */
export function linkFindings(links: readonly Link[], path: FieldPath): readonly Finding[] {
  return links.flatMap((link, index) => [
    ...(link.localAddress === link.peerAddress ? [sameAddress(link, [...path, index, "peerAddress"])] : []),
    ...repeated(links, index, "interface", path),
    ...repeated(links, index, "localAddress", path),
  ]);
}

function sameAddress({ peerAddress }: Link, path: FieldPath): Finding {
  return {
    code: "NW1205",
    path,
    message: `${peerAddress} is localAddress too`,
    hint: "the two ends of a link have different addresses",
  };
}

function repeated(
  links: readonly Link[],
  index: number,
  field: "interface" | "localAddress",
  path: FieldPath,
): readonly Finding[] {
  const value = links[index]?.[field];
  const earlier = links.findIndex((other) => other[field] === value);
  if (earlier === index) return [];
  return [
    {
      code: "NW1205",
      path: [...path, index, field],
      message: `${value} stands in entry ${earlier} too`,
      hint: "every link has its own device and address",
    },
  ];
}
