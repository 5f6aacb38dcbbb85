/** Schemas of the shared parts that requests carry. */
import { errorCodes, type ErrorCode, type SourceRef } from "@netwright/base";
import { z } from "zod";

export const sourceRefSchema: z.ZodType<SourceRef> = z.strictObject({
  file: z.string().max(4096),
  line: z.int().min(1),
  column: z.int().min(1),
  length: z.int().min(1).exactOptional(),
});

export const errorCodeSchema = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);
