/** Defaults of a Router that follow from other fields. */
import type { Router, RouterInput } from "./schema.ts";
import { sessionSchema } from "./session.ts";

export function completeRouter(object: RouterInput): Router {
  if (object.spec.managed || object.spec.session !== undefined) return object;
  return { ...object, spec: { ...object.spec, session: sessionSchema.parse({}) } };
}
