/** Defaults of a Lab that follow from other fields. */
import type { Lab, LabInput } from "./schema.ts";

/** A link without a name is called after its two nodes. */
export function completeLab(object: LabInput): Lab {
  const links = object.spec.links.map((link) => ({ ...link, name: link.name ?? link.ends.map((end) => end.node).join("-") }));
  return { ...object, spec: { ...object.spec, links } };
}
