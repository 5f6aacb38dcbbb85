/** Rules across fields of one Scenario: a step that does nothing, and a check that cannot fail, are defects of the test. */
import { exactlyOne, finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import { checkSubjects, type Check } from "./check.ts";
import { loadKinds, type Load } from "./load.ts";
import type { Scenario } from "./schema.ts";
import { contradictions, waitFindings } from "./validate-check.ts";
import { validateFault } from "./validate-fault.ts";
import { neverFails } from "./validate-never-fails.ts";
import { validateNemesis } from "./validate-nemesis.ts";
import type { Action, ScenarioFile, Step } from "./step.ts";
import type { ScenarioTopology } from "./topology.ts";

export const validateScenario = ({ spec }: Scenario): readonly Finding[] => [
  ...(spec.topology === undefined ? [] : topologyFindings(spec.topology, ["spec", "topology"])),
  ...partsFindings(spec),
  ...stepsFindings(spec.steps, ["spec", "steps"]),
  ...Object.keys(spec.matrix)
    .filter((name) => name in spec.parameters)
    .map((name) =>
      finding(
        "NW1205",
        ["spec", "matrix", name],
        "is a parameter too",
        "keep it in matrix; --set picks one value of it",
      ),
    ),
];

/** What scenarios and suites have in common. */
export const partsFindings = (spec: {
  readonly files: readonly ScenarioFile[];
  readonly setup: readonly Step[];
  readonly teardown: readonly Step[];
}): readonly Finding[] => [
  ...filesFindings(spec.files, ["spec", "files"]),
  ...stepsFindings(spec.setup, ["spec", "setup"]),
  ...stepsFindings(spec.teardown, ["spec", "teardown"]),
];

export const topologyFindings = (topology: ScenarioTopology, path: FieldPath): readonly Finding[] =>
  exactlyOne(
    topology,
    ["lab", "file", "running", "site"],
    path,
    "write the nodes under lab, or name a file or a lab that is up",
  );

const stepsFindings = (steps: readonly Step[], path: FieldPath): readonly Finding[] =>
  steps.flatMap((step, index) => stepFindings(step, [...path, index]));

function stepFindings(step: Step, path: FieldPath): readonly Finding[] {
  const { include, parallel, with: given, name: _name, ...action } = step;
  if (include === undefined && given !== undefined)
    return [keyFinding("NW1205", [...path, "with"], "stands without include", "it is for the included steps")];
  if (include !== undefined)
    return parallel !== undefined || doesSomething(action)
      ? [finding("NW1205", path, "includes steps and does something itself", "make two steps of it")]
      : [];
  if (parallel === undefined) return actionFindings(step, path);
  if (doesSomething(action))
    return [
      finding("NW1205", path, "has parallel steps and does something itself", "make one more parallel step of it"),
    ];
  return [
    ...withoutEffect(step, ["at", "timeout", "needs", "keepFaults"], path, "write it in each of its parallel steps"),
    ...parallel.flatMap((each, index) => {
      const place = [...path, "parallel", index];
      const hint = "write it beside parallel, for all of them";
      return [
        ...withoutEffect(each, ["critical", "always", "breakpoint"], place, hint),
        ...actionFindings(each, place),
      ];
    }),
  ];
}

const withoutEffect = (
  action: Action,
  fields: readonly (keyof Action)[],
  path: FieldPath,
  hint: string,
): readonly Finding[] =>
  fields
    .filter((field) => {
      const value = action[field];
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
    })
    .map((field) => keyFinding("NW1205", [...path, field], "has no effect here", hint));

const doing = ["faults", "files", "stop", "background", "load", "wait", "checks"] as const;
const doingOnce = ["nemesis", "run", "netwright", "pause"] as const;

const doesSomething = (action: Partial<Action>): boolean =>
  action.heal === true ||
  action.breakpoint === true ||
  doing.some((field) => (action[field]?.length ?? 0) > 0) ||
  doingOnce.some((field) => action[field] !== undefined);

function actionFindings(action: Action, path: FieldPath): readonly Finding[] {
  const idle = doesSomething(action)
    ? []
    : [finding("NW1205", path, "does nothing", "run a command, begin a fault, or check something")];
  const homeless =
    action.run !== undefined && action.at === undefined
      ? [finding("NW1202", [...path, "run"], "runs nowhere", "write `at: NODE` beside it")]
      : [];
  return [
    ...idle,
    ...homeless,
    ...action.faults.flatMap((fault, index) => validateFault(fault, [...path, "faults", index])),
    ...(action.nemesis === undefined ? [] : validateNemesis(action.nemesis, [...path, "nemesis"])),
    ...filesFindings(action.files, [...path, "files"]),
    ...action.load.flatMap((load, index) => loadFindings(load, [...path, "load", index])),
    ...waitFindings(action.wait, [...path, "wait"]),
    ...(["wait", "checks"] as const).flatMap((field) =>
      action[field].flatMap((check, index) => checkFindings(check, action, [...path, field, index])),
    ),
  ];
}

const filesFindings = (files: readonly ScenarioFile[], path: FieldPath): readonly Finding[] =>
  files.flatMap((file, index) => [
    ...exactlyOne(file, ["content", "source"], [...path, index], "content holds the text, source names a file"),
    ...(file.path.startsWith("/")
      ? []
      : [finding("NW1203", [...path, index, "path"], `${file.path} is not an absolute path`, "begin with a slash")]),
  ]);

const loadFindings = (load: Load, path: FieldPath): readonly Finding[] =>
  exactlyOne(load, [...loadKinds], path, `say what is sent: ${loadKinds.join(", ")}`);

/** Subjects that are looked at from a node. The others look at links, loads or objects. */
const placed = new Set(["command", "http", "tcp", "udp", "ping", "dns", "listening", "file", "bgp", "route"]);

function checkFindings(check: Check, action: Action, path: FieldPath): readonly Finding[] {
  const subjects = exactlyOne(check, checkSubjects, path, `a check looks at one thing: ${checkSubjects.join(", ")}`);
  if (subjects.length > 0) return subjects;
  const subject = checkSubjects.find((each) => check[each] !== undefined) ?? "command";
  const where = check.at ?? action.at;
  return [
    ...(placed.has(subject) && where === undefined
      ? [
          finding(
            "NW1202",
            [...path, subject],
            "is looked at from nowhere",
            "write `at: NODE` in the check or its step",
          ),
        ]
      : []),
    ...neverFails(check, path),
    ...contradictions(check, path),
  ];
}
