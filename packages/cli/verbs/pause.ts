import { pausingVerb } from "./shared/pausing.ts";

export const verb = pausingVerb(true);
