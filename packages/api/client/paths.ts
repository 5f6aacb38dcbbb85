/** URLs of the API. */
import { kinds, type KindName } from "../kinds/index.ts";
import { defaultProject } from "../kinds/metadata.ts";
import { apiRoot } from "./node-path.ts";

export { apiRoot };

export interface ObjectRef {
  readonly kind: KindName;
  readonly name: string;
  /** Only for project kinds; `default` when left out. */
  readonly project?: string;
}

/** Every project's objects, unless one is named. */
export function collectionPath(kind: KindName, project?: string): string {
  const { plural, scope } = kinds[kind];
  return scope === "Project" && project !== undefined ? `${projectPath(project)}/${plural}` : `${apiRoot}/${plural}`;
}

export function objectPath({ kind, name, project }: ObjectRef): string {
  const { plural, scope } = kinds[kind];
  const parent = scope === "Project" ? projectPath(project ?? defaultProject) : apiRoot;
  return `${parent}/${plural}/${encodeURIComponent(name)}`;
}

export const projectPath = (project: string): string => `${apiRoot}/projects/${encodeURIComponent(project)}`;
