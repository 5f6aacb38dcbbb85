/** Why something exists: the object, its field, and the manifest line where one is known. */
import type { SourceRef } from "@netwright/base";

export interface Origin {
  readonly object: string;
  readonly field: string;
  readonly source?: SourceRef;
}
