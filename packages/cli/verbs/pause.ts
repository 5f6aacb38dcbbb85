import { pausingVerb } from "../pausing.ts";

export const verb = pausingVerb(true);
