/** `POST /v1alpha1/rollout`: what people do to rollouts by hand. */
import { z } from "zod";
import { integerField } from "../fields/integer.ts";
import { nameField } from "../fields/name.ts";

export const rolloutRequestSchema = z.strictObject({
  project: nameField("The project; the token's, or the default one, when left out.").exactOptional(),
  service: nameField("The service.", 30),
  tier: nameField("One tier; all of them when left out.", 15).exactOptional(),
  action: z.enum(["Pause", "Resume", "Undo"]),
  revision: integerField({
    noun: "a revision",
    min: 1,
    max: 1_000_000,
    description: "Undo: what to go back to; when left out what runs, or ran before.",
  }).exactOptional(),
});

export type RolloutRequest = z.input<typeof rolloutRequestSchema>;
