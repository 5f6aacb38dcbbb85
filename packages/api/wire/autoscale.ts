/** `POST /v1alpha1/autoscale/pause` and `GET .../services/{name}/autoscale`. */
import { z } from "zod";
import { nameField } from "../fields/name.ts";

export const pauseRequestSchema = z.strictObject({
  project: nameField("The project; the token's, or the default one, when left out.").exactOptional(),
  service: nameField("The service.", 30),
  tiers: z
    .array(nameField("A tier with autoscale.", 15))
    .min(1)
    .exactOptional()
    .meta({ description: "All that have it when left out." }),
  /** Everything when nothing is named. */
  directions: z.array(z.enum(["Up", "Down"])).exactOptional(),
  metrics: z.array(z.string().max(63)).exactOptional(),
  /** False: what is named goes on again. */
  paused: z.boolean(),
});
export type PauseRequest = z.input<typeof pauseRequestSchema>;

/** How the sizes of a service's tiers came about. */
export interface AutoscaleReport {
  /** RFC 3339. */
  readonly at: string;
  readonly tiers: readonly {
    readonly tier: string;
    readonly desired: number;
    readonly min: number;
    readonly max: number;
  }[];
  readonly reasons: readonly {
    readonly tier?: string;
    readonly direction?: "Up" | "Down";
    readonly code: string;
    readonly message: string;
  }[];
  /** In the order in which they were passed. */
  readonly stages: readonly {
    readonly stage: string;
    readonly tier?: string;
    readonly from?: number;
    readonly to?: number;
    readonly words: string;
  }[];
}
