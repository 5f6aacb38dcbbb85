import type { Decision, State } from "@netwright/autoscale";
import type { Instant } from "@netwright/base";
import type { Course } from "./course.ts";

/** What is known of a service from one decision to the next. */
export interface Kept {
  /** Of the service: another one of the same name begins anew. */
  readonly uid: string;
  readonly decision: Decision<State>;
  readonly course: Course;
  /** Since when instances have been ready, by id. */
  readonly readySince: Readonly<Record<string, Instant>>;
}
