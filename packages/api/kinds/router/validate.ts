/** Rules across fields of one Router. */
import { exactlyOne, finding, keyFinding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { linkFindings } from "../link-rules.ts";
import type { RouterInput, RouterLink } from "./schema.ts";
import { sessionFindings } from "./validate-session.ts";

export function validateRouter({ spec, metadata }: RouterInput): readonly Finding[] {
  return [
    ...(spec.managed ? managedFindings(spec) : foreignFindings(spec)),
    ...spec.links.flatMap((link, index) => endFindings(link, index, metadata.name)),
    ...linkFindings(spec.links, ["spec", "links"]),
  ];
}

function managedFindings({ routerId, upstream, session }: RouterInput["spec"]): readonly Finding[] {
  const hint = "four numbers, unique in the fabric, for example 192.0.2.1";
  return [
    ...(routerId === undefined
      ? [finding("NW1202", ["spec", "routerId"], "is required for a managed router", hint)]
      : []),
    ...(upstream
      ? [finding("NW1205", ["spec", "upstream"], "a provider's router is not managed", "write managed: false")]
      : []),
    ...(session === undefined
      ? []
      : [keyFinding("NW1205", ["spec", "session"], "belongs to a router that is not managed", "leave it out")]),
  ];
}

function foreignFindings({ routerId, bfd, session }: RouterInput["spec"]): readonly Finding[] {
  return [
    ...(routerId === undefined
      ? []
      : [keyFinding("NW1205", ["spec", "routerId"], "belongs to a router that is managed", "leave it out")]),
    ...(bfd === undefined
      ? []
      : [keyFinding("NW1205", ["spec", "bfd"], "belongs to a router that is managed", "write session.bfd")]),
    ...(session === undefined ? [] : sessionFindings(session)),
  ];
}

function endFindings(link: RouterLink, index: number, self: string): readonly Finding[] {
  const path = ["spec", "links", index];
  const hint = "name the one at the other end";
  const itself = finding("NW1205", [...path, "router"], `${self} is linked to itself`, hint);
  return [...exactlyOne(link, ["router", "host"], path, hint), ...(link.router === self ? [itself] : [])];
}
