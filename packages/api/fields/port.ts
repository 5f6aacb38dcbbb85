/** Transport ports (RFC 6335). */
import { integerField } from "./integer.ts";

export const portField = (description: string, hint?: string) =>
  integerField({ noun: "a port", min: 1, max: 65535, description, ...(hint === undefined ? {} : { hint }) });
