import { schedulingVerb } from "./shared/scheduling.ts";

export const verb = schedulingVerb(true);
