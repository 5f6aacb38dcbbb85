/** Fields of one check that contradict each other. */
import { finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Check } from "./check.ts";

export const contradictions = (check: Check, path: FieldPath): readonly Finding[] => [
  ...(check.http === undefined ? [] : httpFindings(check.http, [...path, "http"])),
  ...(check.bgp?.via !== undefined && check.bgp.prefix === undefined
    ? [keyFinding("NW1205", [...path, "bgp", "via"], "stands without prefix", "a next hop is that of a route")]
    : []),
  ...(check.route?.via !== undefined && !check.route.exists
    ? [keyFinding("NW1205", [...path, "route", "via"], "stands beside exists: false", "keep one of them")]
    : []),
];

const ofAnswers = ["body", "certificate", "version"] as const;

/** Where no connection is expected, nothing is answered. */
const httpFindings = (http: NonNullable<Check["http"]>, path: FieldPath): readonly Finding[] =>
  http.is === "Open"
    ? []
    : ofAnswers
        .filter((field) => http[field] !== undefined)
        .map((field) =>
          finding("NW1205", [...path, field], `is expected of a connection that is ${http.is}`, "keep one of them"),
        );

/** A capture has nothing to say of what was before it began. */
export const waitFindings = (waits: readonly Check[], path: FieldPath): readonly Finding[] =>
  waits.flatMap((check, index) =>
    check.capture === undefined
      ? []
      : [
          keyFinding(
            "NW1205",
            [...path, index, "capture"],
            "cannot be waited for",
            "write it under checks, with eventually",
          ),
        ],
  );
