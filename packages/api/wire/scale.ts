/** `POST /v1alpha1/scale`. */
import { z } from "zod";
import { integerField } from "../fields/integer.ts";
import { nameField } from "../fields/name.ts";

export const scaleRequestSchema = z.strictObject({
  project: nameField("The project; the token's, or the default one, when left out.").exactOptional(),
  service: nameField("The service.", 30),
  /** Replicas by tier; `lb` and `proxy` as well. Others stay as they are. */
  tiers: z
    .record(
      z.string().max(15),
      integerField({ noun: "a number of replicas", min: 0, max: 10_000, description: "How many instances run." }),
    )
    .refine((tiers) => Object.keys(tiers).length > 0, "name at least one tier"),
});

export type ScaleRequest = z.input<typeof scaleRequestSchema>;
