/** Projects that objects are in: all but `default` must be there before something is put into them. */
import { defaultProject, objectName, type AnyObject } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import { diagnose, type Applied, type ObjectSet } from "../objects.ts";
import { someOf } from "./amounts.ts";

export function* checkMembership(before: ObjectSet, after: ObjectSet): Generator<Diagnostic> {
  const deleted = new Map<string, string[]>();
  const was = new Map(members(before));
  for (const [key, item] of members(after)) {
    const { project } = item.object.metadata;
    if (project === defaultProject || after.projects.has(project)) continue;
    if (before.projects.has(project)) deleted.set(project, [...(deleted.get(project) ?? []), objectName(item.object)]);
    else if (was.get(key)?.object !== item.object) yield unknown(item, project);
  }
  for (const [project, names] of deleted) yield stillUsed(project, names);
}

type Member = Extract<AnyObject, { kind: "Service" | "Network" | "Secret" | "Config" }>;

function* members({
  services,
  networks,
  secrets,
  configs,
}: ObjectSet): Generator<readonly [key: string, Applied<Member>]> {
  for (const each of [networks, secrets, configs, services])
    for (const [key, item] of each) yield [`${item.object.kind}/${key}`, item];
}

const unknown = (item: Applied<Parameters<typeof objectName>[0]>, project: string): Diagnostic =>
  diagnose(
    "NW1301",
    item,
    ["metadata", "project"],
    `there is no Project ${project}`,
    "apply a Project of this name first, or leave metadata.project out",
  );

const stillUsed = (project: string, names: readonly string[]): Diagnostic => ({
  code: "NW1303",
  message: `project/${project} still has ${names.length} ${names.length === 1 ? "object" : "objects"}: ${someOf(names)}`,
  subject: `project/${project}`,
  hint: names.length === 1 ? "delete it first" : "delete them first",
});
