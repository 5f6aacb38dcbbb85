/** Defaults of a Lab that follow from other fields. */
import type { Lab, LabInput } from "./schema.ts";

export function completeLab(object: LabInput): Lab {
  const links = object.spec.links.map((link) => ({ ...link, name: linkName(link) }));
  return { ...object, spec: { ...object.spec, links } };
}

/** A link without a name is called after its two nodes. */
export const linkName = ({ name, ends }: LabInput["spec"]["links"][number]): string =>
  name ?? ends.map(({ node }) => node).join("-");
