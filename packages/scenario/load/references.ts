/** Names in a scenario that must be those of nodes, links, programs and loads. Pure. */
import {
  nearest,
  type Action,
  type Check,
  type Fault,
  type FieldPath,
  type Finding,
  type ScenarioSpec,
  type Step,
} from "@netwright/api";
import type { Topology } from "@netwright/lab";
import type { Network } from "./job.ts";

export interface ReferenceWorld {
  readonly spec: Pick<ScenarioSpec, "files" | "setup" | "steps" | "teardown">;
  readonly network: Network;
  /** What ran on the network earlier. */
  readonly before: readonly Step[];
}

interface Names {
  readonly nodes: readonly string[];
  readonly links: readonly string[];
  readonly programs: readonly string[];
  readonly loads: readonly string[];
  readonly steps: readonly string[];
}

export function referenceFindings({ spec, network, before }: ReferenceWorld): readonly Finding[] {
  const own = [...spec.setup, ...spec.steps, ...spec.teardown];
  const actions = [...before, ...own].flatMap(actionsOf);
  const names: Names = {
    nodes: network.topology.nodes.map(({ name }) => name),
    links: linkNames(network.topology),
    programs: actions.flatMap(({ background }) => background.map(({ name }) => name)),
    loads: actions.flatMap(({ load }) => load.map(({ name }) => name)),
    steps: own.flatMap(({ name }) => (name === undefined ? [] : [name])),
  };
  return [
    ...spec.files.flatMap((file, index) => nodesAt(file.at, names, ["spec", "files", index, "at"])),
    ...(["setup", "steps", "teardown"] as const).flatMap((list) =>
      spec[list].flatMap((step, index) => stepFindings(step, names, ["spec", list, index])),
    ),
    ...doubled(own, "background", "a background program"),
    ...doubled(own, "load", "a load"),
  ];
}

const actionsOf = (step: Step): readonly Action[] => step.parallel ?? [step];

const linkNames = ({ links }: Topology): readonly string[] =>
  links.flatMap(({ name, ends }) => [
    name,
    ...ends.flatMap((end) => [`${end.node}:${end.interface}`, `${end.node}-${end.peer.node}`]),
  ]);

const stepFindings = (step: Step, names: Names, path: FieldPath): readonly Finding[] =>
  step.parallel === undefined
    ? actionFindings(step, names, path)
    : step.parallel.flatMap((each, index) => actionFindings(each, names, [...path, "parallel", index]));

function actionFindings(action: Action, names: Names, path: FieldPath): readonly Finding[] {
  const stops = [...names.programs, ...names.loads];
  return [
    ...nodesAt(action.at, names, [...path, "at"]),
    ...action.faults.flatMap((fault, index) => faultFindings(fault, names, [...path, "faults", index])),
    ...action.files.flatMap((file, index) => nodesAt(file.at, names, [...path, "files", index, "at"])),
    ...action.background.flatMap((each, index) => nodesAt(each.at, names, [...path, "background", index, "at"])),
    ...action.background.flatMap((each, index) =>
      each.at === undefined && action.at === undefined ? [missingPlace([...path, "background", index])] : [],
    ),
    ...action.load.flatMap((each, index) => nodesAt(each.at, names, [...path, "load", index, "at"])),
    ...action.stop.flatMap((name, index) => known(name, stops, "background program or load", [...path, "stop", index])),
    ...(["wait", "checks"] as const).flatMap((field) =>
      action[field].flatMap((check, index) => checkFindings(check, action, names, [...path, field, index])),
    ),
  ];
}

const faultFindings = (
  { link, node, partition = [], from }: Fault,
  names: Names,
  path: FieldPath,
): readonly Finding[] => [
  ...(link === undefined ? [] : known(link, names.links, "link", [...path, "link"])),
  ...nodesAt(node, names, [...path, "node"]),
  ...nodesAt(from, names, [...path, "from"]),
  ...partition.flatMap((group, index) => nodesAt(group, names, [...path, "partition", index])),
];

const missingPlace = (path: FieldPath): Finding => ({
  code: "NW1202",
  path,
  message: "runs nowhere",
  hint: "write `at: NODE`",
});

function checkFindings(check: Check, action: Action, names: Names, path: FieldPath): readonly Finding[] {
  const { capture, matrix, load, log, throughput, latency } = check;
  const node = (name: string, field: FieldPath): readonly Finding[] =>
    known(name, names.nodes, "node", [...path, ...field]);
  const measured = [["throughput", throughput] as const, ["latency", latency] as const].flatMap(([field, value]) =>
    value === undefined
      ? []
      : [
          ...node(value.from, [field, "from"]),
          ...(value.baseline === undefined ? [] : node(value.baseline.from, [field, "baseline", "from"])),
        ],
  );
  // One of the lab's own programs is found where the check says, or not at all.
  const ofLab = log !== undefined && (check.at ?? action.at) !== undefined;
  return [
    ...nodesAt(check.at, names, [...path, "at"]),
    ...(capture === undefined ? [] : linksOf(capture.link, names, [...path, "capture", "link"])),
    ...(matrix === undefined
      ? []
      : Object.keys(matrix.expect).flatMap((from) => node(from, ["matrix", "expect", from]))),
    ...(load === undefined ? [] : known(load.name, names.loads, "load", [...path, "load", "name"])),
    ...(load?.since === undefined ? [] : known(load.since, names.steps, "step", [...path, "load", "since"])),
    ...(log === undefined || ofLab ? [] : known(log.of, names.programs, "background program", [...path, "log", "of"])),
    ...measured,
  ];
}

function nodesAt(at: string | readonly string[] | undefined, names: Names, path: FieldPath): readonly Finding[] {
  if (at === undefined) return [];
  if (typeof at === "string") return known(at, names.nodes, "node", path);
  return at.flatMap((name, index) => known(name, names.nodes, "node", [...path, index]));
}

const linksOf = (link: string | readonly string[], names: Names, path: FieldPath): readonly Finding[] =>
  typeof link === "string"
    ? known(link, names.links, "link", path)
    : link.flatMap((name, index) => known(name, names.links, "link", [...path, index]));

function known(name: string, all: readonly string[], noun: string, path: FieldPath): readonly Finding[] {
  if (all.includes(name)) return [];
  const near = nearest(name, all);
  const list = all.length === 0 ? `there is no ${noun}` : `there are: ${[...new Set(all)].slice(0, 20).join(", ")}`;
  const hint = near === undefined ? list : `did you mean ${near}?`;
  return [{ code: "NW1301", path, message: `there is no ${noun} ${name}`, hint }];
}

function doubled(steps: readonly Step[], field: "background" | "load", noun: string): readonly Finding[] {
  const all = steps.flatMap(actionsOf).flatMap((action) => action[field].map(({ name }) => name));
  const twice = [...new Set(all.filter((name, index) => all.indexOf(name) !== index))];
  return twice.map((name) => ({
    code: "NW1205",
    path: ["spec", "steps"],
    message: `${name} is the name of ${noun} twice`,
    hint: "give each a name of its own",
  }));
}
