/** Rules across the fields of one fault. */
import { finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Fault } from "./fault.ts";
import { validateImpairment } from "./validate-impair.ts";

type Field = keyof Fault;
type Actions = Readonly<Partial<Record<Field, readonly Field[]>>>;

/** What can happen to each thing, and the fields that may stand beside it. */
const actions: Readonly<Record<"link" | "node" | "partition", Actions>> = {
  link: { impair: ["from"], state: [], cut: ["from"], flap: [], mtu: ["silently", "from"] },
  node: { state: [], kill: ["signal"], diskFull: ["leave"], clock: [], dns: [] },
  partition: { partition: ["oneWay"] },
};
const subjects = ["link", "node", "partition"] as const;

/** @param path of the fault in its object. */
export function validateFault(fault: Fault, path: FieldPath): readonly Finding[] {
  const [subject, other] = subjects.filter((field) => fault[field] !== undefined);
  if (subject === undefined)
    return [finding("NW1202", path, "names nothing that fails", "write link, node or partition")];
  if (other !== undefined)
    return [keyFinding("NW1205", [...path, other], `stands beside ${subject}`, "one fault happens to one thing")];
  const possible = actions[subject];
  const [action, second] = (Object.keys(possible) as readonly Field[]).filter((field) => fault[field] !== undefined);
  if (action === undefined) {
    const hint = `write one of ${Object.keys(possible).join(", ")}`;
    return [finding("NW1202", path, `does not say what happens to the ${subject}`, hint)];
  }
  if (second !== undefined)
    return [keyFinding("NW1205", [...path, second], `stands beside ${action}`, "one fault does one thing")];
  const beside = [...(possible[action] ?? []), "for"];
  const strangers = Object.keys(fault).filter((field) => ![subject, action, ...beside].includes(field));
  return [
    ...strangers.map((field) =>
      keyFinding(
        "NW1205",
        [...path, field],
        `does not fit ${action} of a ${subject}`,
        `beside it: ${beside.join(", ")}`,
      ),
    ),
    ...ruleOf(action)(fault, path),
  ];
}

type Rule = (fault: Fault, path: FieldPath) => readonly Finding[];

const state: Rule = ({ link, state: wanted }, path) => {
  if ((wanted === "down") === (link !== undefined)) return [];
  const [thing, hint] =
    link === undefined ? ["a node", "a node can be paused or off"] : ["a link", "a link can be down"];
  return [finding("NW1205", [...path, "state"], `${thing} cannot be ${wanted}`, hint)];
};

const flap: Rule = ({ flap: times }, path) => {
  if (times === undefined || times.down < times.every) return [];
  const hint = "state: down is a link that stays down";
  return [finding("NW1205", [...path, "flap", "down"], "is not shorter than every", hint)];
};

const mtu: Rule = ({ mtu: wanted = 0, silently, from }, path) => {
  if (silently !== undefined) return [];
  return [
    ...(wanted < 1280
      ? [
          finding(
            "NW1205",
            [...path, "mtu"],
            `${wanted} ends IPv6 on a device (RFC 8200: 1280)`,
            "write silently: true",
          ),
        ]
      : []),
    ...(from === undefined
      ? []
      : [keyFinding("NW1205", [...path, "from"], "needs silently", "devices at both ends get the MTU")]),
  ];
};

const partition: Rule = ({ partition: groups = [], oneWay }, path) => {
  const repeats = groups.flatMap((group, index) =>
    group.flatMap((name, at) => {
      if (group.indexOf(name) === at) return [];
      return [finding("NW1205", [...path, "partition", index, at], `${name} is there twice`, "name it once")];
    }),
  );
  const shared = (groups[0] ?? []).filter((name) => groups.slice(1).some((group) => group.includes(name)));
  if (oneWay === undefined || shared.length === 0) return repeats;
  const message = `${shared.join(", ")} would be on both sides`;
  return [...repeats, finding("NW1205", [...path, "oneWay"], message, "groups of a one-way partition are disjoint")];
};

const impair: Rule = ({ impair: effects }, path) =>
  effects === undefined ? [] : validateImpairment(effects, [...path, "impair"]);

const none: Rule = () => [];

function ruleOf(action: Field): Rule {
  const rules: Readonly<Partial<Record<Field, Rule>>> = { state, flap, mtu, partition, impair };
  return rules[action] ?? none;
}
