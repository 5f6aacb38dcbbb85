/** `POST /v1alpha1/apply`. */
import type { Diagnostic } from "@netwright/base";
import { z } from "zod";
import type { ChangeSummary } from "./change.ts";
import { sourceRefSchema } from "./diagnostic.ts";
import type { Plan } from "./plan.ts";

export const applyObjectsMax = 10_000;

export const applyObjectSchema = z.strictObject({
  /** Judged by `decodeManifest`, object by object, so that every complaint comes back at once. */
  object: z.unknown(),
  /** Places in the manifest by field path; the empty path is the object itself. */
  sources: z.record(z.string().max(1024), sourceRefSchema).default({}),
});

export const applyRequestSchema = z.strictObject({
  objects: z.array(applyObjectSchema).max(applyObjectsMax),
  /** Delete what an earlier apply with `prune` made and this one does not name. */
  prune: z.boolean().default(false),
  /** For the history. */
  message: z.string().max(1000).exactOptional(),
});

export type ApplyObject = z.output<typeof applyObjectSchema>;
export type ApplyRequest = z.input<typeof applyRequestSchema>;

export interface ApplyResponse {
  /** Null for a dry run, and when nothing changed. */
  readonly change: ChangeSummary | null;
  readonly plan: Plan;
  /** Warnings; errors are answered as a problem instead. */
  readonly diagnostics: readonly Diagnostic[];
  /** Revision of the store afterwards: watch from here. */
  readonly revision: number;
}
