/** What a token of one project meets: its own project, and of the rest of the site nothing. */
import { defaultProject, kindOfWord, kinds } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Edit } from "../apply/edit.ts";
import { displayName, parseKey, textOf, type ObjectKey } from "../state/objects.ts";
import type { Subject } from "./subject.ts";

/** A project, or null for the whole site. */
export type Scope = Subject["project"];

export const scopeOf = (subject: Subject | undefined): Scope => subject?.project ?? null;

export const isOwn = (scope: Scope, project: string): boolean => scope === null || scope === project;

/** The objects of a project, and its own Project. */
export const isVisible = (scope: Scope, { kind, project, name }: ObjectKey): boolean =>
  scope === null || project === scope || (kind === "Project" && name === scope);

/** The same of a name as `displayName` makes it. */
export function isVisibleName(scope: Scope, text: string): boolean {
  if (scope === null) return true;
  const words = text.split("/");
  const [word = "", name = ""] = words.slice(-2);
  const kind = kindOfWord(word)?.kind;
  if (kind === "Project") return name === scope;
  const project = words.length === 3 ? words[0] : defaultProject;
  return kind !== undefined && kinds[kind as keyof typeof kinds].scope === "Project" && project === scope;
}

/** Said alike of a project that is another's and of one that is not there. */
export const noProject = (project: string): NetwrightError =>
  new NetwrightError("NW1501", `there is no project/${project} for this token`, { subject: `project/${project}` });

/** The edit, if the subject may make it. @throws NW1504 that names every object that it may not change. */
export function permitted({ role, project: scope }: Subject, edit: Edit): Edit {
  const keys = [...edit.put.map(({ object }) => textOf(object)), ...edit.remove].map(parseKey);
  const refused = keys.filter(({ project }) =>
    project === undefined ? role !== "Admin" || scope !== null : !isOwn(scope, project),
  );
  if (refused.length === 0) return edit;
  const hint =
    scope === null
      ? "objects that belong to no project are changed by admins"
      : `this token changes what is in project ${scope}`;
  throw NetwrightError.of(
    refused.map((key) => {
      const subject = displayName(key);
      return { code: "NW1504", message: `this token does not allow changing ${subject}`, subject, hint };
    }),
  );
}
