/** The kind Project, for the registry. */
import { nameMax } from "../../fields/name.ts";
import type { Kind } from "../kind.ts";
import { projectSchema, type Project } from "./schema.ts";
import { validateProject } from "./validate.ts";

export const project: Kind<Project> = {
  kind: "Project",
  plural: "projects",
  aliases: ["proj"],
  scope: "Cluster",
  readOnly: false,
  summary: "What one group of people may use: quota, address pools, certificate issuers and host names.",
  nameMax,
  schema: projectSchema,
  validate: validateProject,
  complete: (object) => object,
};
