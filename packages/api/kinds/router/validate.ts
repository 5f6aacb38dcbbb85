/** Rules across fields of one Router. */
import type { Finding } from "../kind.ts";
import { linkFindings } from "../link-rules.ts";
import type { Router, RouterLink } from "./schema.ts";

export function validateRouter(object: Router): readonly Finding[] {
  const { spec, metadata } = object;
  const ends = spec.links.flatMap((link, index) => endFindings(link, index, metadata.name));
  return [...ownershipFindings(object), ...ends, ...linkFindings(spec.links, ["spec", "links"])];
}

function ownershipFindings({ spec }: Router): readonly Finding[] {
  if (!spec.managed) {
    if (spec.routerId === undefined) return [];
    return [
      {
        code: "NW1205",
        path: ["spec", "routerId"],
        message: "is not Netwright's to set: the router is not managed",
        hint: "leave it out",
        onKey: true,
      },
    ];
  }
  const identifier: readonly Finding[] =
    spec.routerId === undefined
      ? [
          {
            code: "NW1202",
            path: ["spec", "routerId"],
            message: "is required for a managed router",
            hint: "four numbers, unique in the fabric, for example 192.0.2.1",
          },
        ]
      : [];
  const upstream: readonly Finding[] = spec.upstream
    ? [
        {
          code: "NW1205",
          path: ["spec", "upstream"],
          message: "a provider's router is not managed",
          hint: "write managed: false",
        },
      ]
    : [];
  return [...identifier, ...upstream];
}

function endFindings(link: RouterLink, index: number, self: string): readonly Finding[] {
  const path = ["spec", "links", index];
  if ((link.router === undefined) === (link.host === undefined)) {
    return [
      {
        code: "NW1205",
        path,
        message: "names neither or both of router and host",
        hint: "name the one at the other end",
      },
    ];
  }
  if (link.router !== self) return [];
  return [
    {
      code: "NW1205",
      path: [...path, "router"],
      message: `${self} is linked to itself`,
      hint: "name the router at the other end",
    },
  ];
}
