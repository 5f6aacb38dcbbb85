/** Autonomous system numbers (RFC 6793). */
import { integerField } from "./integer.ts";

export const asnField = (description: string) =>
  integerField({ noun: "an AS number", min: 1, max: 4_294_967_294, description, examples: [64510, 4_200_000_001] });
