/** A finding about an object becomes a diagnostic with a place in a file. */
import type { Diagnostic, SourceRef } from "@netwright/base";
import { formatPath } from "../kinds/field-path.ts";
import type { Finding } from "../kinds/kind.ts";

export function diagnosticOf(
  { code, message, hint, path }: Finding,
  subject: string | undefined,
  source: SourceRef | undefined,
): Diagnostic {
  return {
    code,
    message,
    ...(subject === undefined ? {} : { subject }),
    ...(path.length === 0 ? {} : { field: formatPath(path) }),
    ...(source === undefined ? {} : { source }),
    ...(hint === undefined ? {} : { hint }),
  };
}
