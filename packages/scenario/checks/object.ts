/** `object`: an object of Netwright, as the lab's server has it. */
import {
  defaultProject,
  kindOfWord,
  type Client,
  type KindName,
  type ObjectRef,
  type SubjectOf,
  type WireObject,
} from "@netwright/api";
import { isNetwrightError, messageOf, NetwrightError } from "@netwright/base";
import { fieldProblem } from "./expect-text.ts";
import type { CheckKind } from "./look.ts";

type ObjectCheck = SubjectOf<"object">;

export interface WireCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export const object: CheckKind<"object"> = {
  title: (spec) => `${spec.ref}: ${printExpected(spec)}`,
  look: async ({ spec, world }) => {
    const client = await world.client();
    if (client === undefined)
      throw new NetwrightError("NW1701", "the lab has no server, so there are no objects", {
        hint: "a topology with `site`, or with a node of role Control",
      });
    const expected = printExpected(spec);
    const ref = parseObjectRef(spec.ref);
    const found = await get(client, ref);
    if (typeof found === "string") return { ok: false, unknown: true, expected, seen: found };
    if (found === undefined) return { ok: !spec.exists, expected, seen: `there is no ${spec.ref}` };
    if (!spec.exists) return { ok: false, expected, seen: `${spec.ref} is there` };
    const instances = spec.placed === undefined ? [] : await instancesOf(client, ref).catch(messageOf);
    if (typeof instances === "string") return { ok: false, unknown: true, expected, seen: instances };
    const seen = [...objectProblems(spec, found), ...placementProblems(spec.placed ?? {}, instances)];
    const text = JSON.stringify(found, null, 2);
    const ok = seen.length === 0;
    return {
      ok,
      expected,
      seen: ok ? expected : seen.join(", "),
      evidence: ok ? [] : [{ kind: "Text", name: spec.ref, text }],
    };
  },
};

/** KIND/NAME, or PROJECT/KIND/NAME. @throws NW1301 */
export function parseObjectRef(text: string): ObjectRef {
  const words = text.split("/");
  const [word = "", name = ""] = words.slice(-2);
  const kind = kindOfWord(word);
  if (kind === undefined || kind.scope === "File" || name === "" || words.length > 3)
    throw new NetwrightError("NW1301", `${JSON.stringify(text)} does not name an object`, {
      hint: "write KIND/NAME, for example service/shop",
    });
  const project = words.length === 3 ? (words[0] ?? defaultProject) : defaultProject;
  return { kind: kind.kind as KindName, name, ...(kind.scope === "Project" ? { project } : {}) };
}

/** Undefined: there is none. A text: why it is not known. */
async function get(client: Client, ref: ObjectRef): Promise<WireObject | undefined | string> {
  try {
    return await client.get(ref);
  } catch (error) {
    return isNetwrightError(error) && error.code === "NW1501" ? undefined : messageOf(error);
  }
}

export function objectProblems({ condition, status, reason, fields }: ObjectCheck, found: unknown): readonly string[] {
  const problem = fields === undefined ? undefined : fieldProblem(found, fields);
  return [
    ...(condition === undefined ? [] : conditionProblems(conditionsOf(found), condition, status, reason)),
    ...(problem === undefined ? [] : [problem]),
  ];
}

function conditionProblems(
  conditions: readonly WireCondition[],
  type: string,
  status: string,
  reason: string | undefined,
): readonly string[] {
  const condition = conditions.find((each) => each.type === type);
  if (condition === undefined)
    return [`no condition ${type}: ${conditions.map((each) => each.type).join(", ") || "none"}`];
  if (condition.status === status && (reason === undefined || condition.reason === reason)) return [];
  return [`${type} is ${condition.status} (${condition.reason}): ${condition.message}`];
}

const conditionsOf = (found: unknown): readonly WireCondition[] =>
  (found as { readonly status?: { readonly conditions?: readonly WireCondition[] } }).status?.conditions ?? [];

export interface PlacedInstance {
  readonly spec: { readonly service: string; readonly tier: string; readonly host: string };
  readonly status?: { readonly phase: string };
}

async function instancesOf(client: Client, { name, project }: ObjectRef): Promise<readonly PlacedInstance[]> {
  const { items } = await client.list("Instance", project);
  const instances = items as unknown as readonly PlacedInstance[];
  return instances.filter(({ spec, status }) => spec.service === name && status?.phase === "Ready");
}

/** Hosts in any order; one that has two of a tier is named twice. */
export function placementProblems(
  placed: NonNullable<ObjectCheck["placed"]>,
  ready: readonly PlacedInstance[],
): readonly string[] {
  return Object.entries(placed).flatMap(([tier, hosts]) => {
    const seen = ready.flatMap(({ spec }) => (spec.tier === tier ? [spec.host] : [])).toSorted();
    if (JSON.stringify(seen) === JSON.stringify(hosts.toSorted())) return [];
    return [`${tier} is ready on ${seen.join(", ") || "no host"}`];
  });
}

function printExpected({ ref, condition, status, reason, fields, placed, exists }: ObjectCheck): string {
  if (!exists) return `there is no ${ref}`;
  return [
    ...(condition === undefined ? [] : [`${condition} is ${status}${reason === undefined ? "" : ` (${reason})`}`]),
    ...Object.entries(fields ?? {}).map(([path, value]) => `${path} is ${JSON.stringify(value)}`),
    ...Object.entries(placed ?? {}).map(([tier, hosts]) => `${tier} is ready on ${hosts.join(", ") || "no host"}`),
  ].join(", ");
}
