/** `GET /v1alpha1/answers`: addresses that rules by name lead to now. */

export interface AnswerRecord {
  readonly host: string;
  readonly project: string;
  readonly network: string;
  /** As it was looked up there; a rule's pattern where that is forgotten. */
  readonly name: string;
  readonly address: string;
  /** Milliseconds that it is let through still, unless it is looked up again. Absent where the host does not tell. */
  readonly left?: number;
}
