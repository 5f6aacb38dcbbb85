/** `POST /v1alpha1/delete`. */
import { z } from "zod";
import { kindNames, kinds, type KindName } from "../kinds/index.ts";
import { applyObjectsMax } from "./apply.ts";

/** What people write, and volumes; instances go with their service. */
const deletable: readonly KindName[] = kindNames.filter(
  (kind) => kind === "Volume" || (!kinds[kind].readOnly && kinds[kind].scope !== "File"),
);

/** One that is no name at all is the name of nothing. */
const name = z
  .string()
  .max(253)
  .regex(/^[^/]+$/, "is not a name");

export const deleteRequestSchema = z.strictObject({
  objects: z
    .array(
      z.strictObject({
        kind: z.enum(deletable, { error: `is none of what can be deleted: ${deletable.join(", ")}` }),
        /** The token's, or the default one, when left out. Not for kinds that belong to no project. */
        project: name.exactOptional(),
        name,
      }),
    )
    .min(1, "name at least one object")
    .max(applyObjectsMax),
  /** What is not there is no failure. */
  ignoreMissing: z.boolean().default(false),
});

export type DeleteRequest = z.input<typeof deleteRequestSchema>;
