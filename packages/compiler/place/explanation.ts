/** A decision about one instance, in words. */
export interface Explanation {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  /** Instance id; of an instance that could not be placed, `SERVICE-TIER`. */
  readonly instance: string;
  readonly action: "Place" | "Drain" | "Remove" | "Wait";
  readonly host: string | null;
  readonly reason: string;
}
