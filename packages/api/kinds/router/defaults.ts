/** Defaults of a Router that follow from other fields. */
import type { Router, RouterInput } from "./schema.ts";
import { managedBfdSchema } from "./bfd.ts";
import { sessionSchema } from "./session.ts";

export function completeRouter(object: RouterInput): Router {
  const { managed, bfd, session } = object.spec;
  const filled = managed ? { bfd: bfd ?? managedBfdSchema.parse({}) } : { session: session ?? sessionSchema.parse({}) };
  return { ...object, spec: { ...object.spec, ...filled } };
}
