/** Spans of time as scenarios use them. */
import { milliseconds, seconds } from "@netwright/base";
import { durationField } from "../../fields/duration.ts";

const day = seconds(86_400);

/** From 1 ms to a day. */
export const spanField = (description: string) => durationField(description, { min: milliseconds(1), max: day });
