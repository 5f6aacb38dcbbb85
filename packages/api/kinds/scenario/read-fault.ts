/** A fault that stands alone, as on the command line. */
import { NetwrightError } from "@netwright/base";
import { z } from "zod";
import { formatPath } from "../field-path.ts";
import { findingsOf } from "../findings.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { Finding } from "../kind.ts";
import { faultSchema, type Fault } from "./fault.ts";
import { validateFault } from "./validate-fault.ts";

/** @param value as JSON has it. @throws NetwrightError with every complaint about it. */
export function readFault(value: unknown): Fault {
  const parsed = faultSchema.safeParse(value, { reportInput: true });
  const schema = (): JsonSchema => z.toJSONSchema(faultSchema, { io: "input" }) as JsonSchema;
  const findings = parsed.success ? validateFault(parsed.data, []) : findingsOf(parsed.error.issues, schema());
  if (findings.length > 0) throw NetwrightError.of(findings.map(toDiagnostic));
  return parsed.data as Fault;
}

const toDiagnostic = ({ code, message, path, hint }: Finding) => ({
  code,
  message,
  hint,
  subject: "fault",
  ...(path.length === 0 ? {} : { field: formatPath(path) }),
});
