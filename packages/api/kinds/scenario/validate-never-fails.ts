/** Checks that can never fail. */
import { finding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Check } from "./check.ts";
import type { TextExpectation } from "./expect.ts";

/** What would pass whatever happens is refused: a green result of it says nothing. */
export function neverFails(check: Check, path: FieldPath): readonly Finding[] {
  const unbounded = (field: "throughput" | "latency" | "capture", names: string): readonly Finding[] => [
    finding("NW1205", [...path, field], "can never fail", `write ${names}`),
  ];
  const free = (of: { readonly atLeast?: number; readonly atMost?: number } | undefined): boolean =>
    of !== undefined && of.atLeast === undefined && of.atMost === undefined;
  const { capture, load, matrix, object, udp } = check;
  return [
    ...emptyExpectations(check, path),
    ...commandFindings(check, path),
    ...(check.log?.times === 0
      ? [
          finding(
            "NW1205",
            [...path, "log", "times"],
            "can never fail",
            "write `not: true` for a line that must not be there",
          ),
        ]
      : []),
    ...(free(check.throughput) ? unbounded("throughput", "atLeast, atMost or both") : []),
    ...(free(check.latency) ? unbounded("latency", "atLeast, atMost or both") : []),
    ...(capture !== undefined && capture.max === undefined && (capture.min ?? 0) === 0
      ? unbounded("capture", "min: 1 for some, max: 0 for none")
      : []),
    ...(load?.last !== undefined && load.failed >= load.last
      ? [finding("NW1205", [...path, "load", "failed"], "can never fail", `less than last: ${load.last}`)]
      : []),
    ...(load?.last !== undefined && load.since === undefined
      ? [
          finding(
            "NW1202",
            [...path, "load", "since"],
            "is required beside last",
            "name this step: requests from before it would count",
          ),
        ]
      : []),
    ...(matrix === undefined ? [] : matrixFindings(matrix, [...path, "matrix"])),
    ...(object !== undefined && object.exists && !asksSomething(object)
      ? [
          finding(
            "NW1205",
            [...path, "object"],
            "expects nothing of it",
            "write condition, fields, placed or exists: false",
          ),
        ]
      : []),
    ...(udp !== undefined && udp.is !== "Open" && udp.answer !== undefined
      ? [finding("NW1205", [...path, "udp", "answer"], "is expected, and that nothing is answered", "keep one of them")]
      : []),
  ];
}

function matrixFindings(matrix: NonNullable<Check["matrix"]>, path: FieldPath): readonly Finding[] {
  const pairs = Object.values(matrix.expect).flatMap((row) => Object.keys(row));
  const portless = matrix.protocol !== "ICMP" && matrix.port === undefined;
  return [
    ...(pairs.length === 0
      ? [
          finding(
            "NW1205",
            [...path, "expect"],
            "selects nothing: it can never fail",
            "name at least one pair of nodes",
          ),
        ]
      : []),
    ...(portless ? [finding("NW1202", [...path, "port"], "is required", "or write protocol: ICMP")] : []),
  ];
}

const asksSomething = ({ condition, fields = {}, placed = {} }: NonNullable<Check["object"]>): boolean =>
  condition !== undefined || Object.keys(fields).length > 0 || Object.keys(placed).length > 0;

const commandFindings = ({ command }: Check, path: FieldPath): readonly Finding[] =>
  command?.exit === "any" && command.stdout === undefined && command.stderr === undefined
    ? [
        finding(
          "NW1205",
          [...path, "command", "exit"],
          "can never fail",
          "expect an exit status, or something of stdout or stderr",
        ),
      ]
    : [];

/** Patterns that every text matches. */
const anything: ReadonlySet<string> = new Set(["", "^", "$", ".*", "^.*", ".*$", "^.*$"]);

const isEmpty = ({ equals, contains = "", matches = "", json }: TextExpectation): boolean =>
  equals === undefined && json === undefined && contains === "" && anything.has(matches);

const emptyExpectations = ({ command, udp, http, file }: Check, path: FieldPath): readonly Finding[] =>
  [
    { field: ["command", "stdout"], expectation: command?.stdout },
    { field: ["command", "stderr"], expectation: command?.stderr },
    { field: ["udp", "answer"], expectation: udp?.answer },
    { field: ["http", "body"], expectation: http?.body },
    { field: ["http", "certificate", "issuer"], expectation: http?.certificate?.issuer },
    { field: ["file", "content"], expectation: file?.content },
  ].flatMap(({ field, expectation }) =>
    expectation !== undefined && isEmpty(expectation)
      ? [
          finding(
            "NW1205",
            [...path, ...field],
            "can never fail",
            "write equals, contains, matches or json with some text",
          ),
        ]
      : [],
  );
