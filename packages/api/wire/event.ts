/** `GET /v1alpha1/events`: what happened, for people. */
export interface Event {
  readonly revision: number;
  /** RFC 3339. */
  readonly at: string;
  /** What it is about, for example `service/shop`. */
  readonly object: string;
  readonly type: "Normal" | "Warning";
  /** One CamelCase word. */
  readonly reason: string;
  readonly message: string;
}
