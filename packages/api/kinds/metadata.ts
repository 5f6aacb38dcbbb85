/** `metadata`: who an object is. */
import { z } from "zod";
import { nameField, nameMax } from "../fields/name.ts";
import { apiVersion } from "./kind.ts";
import { annotationsField, labelsField } from "./labels.ts";

export const defaultProject = "default";

const serverSet = {
  uid: z.string().exactOptional().meta({ description: "Set by the server: unique for all time.", readOnly: true }),
  generation: z
    .number()
    .exactOptional()
    .meta({ description: "Set by the server: rises when spec changes.", readOnly: true }),
  resourceVersion: z.string().exactOptional().meta({
    description: "Set by the server. When written in what is applied, the object must not have changed since.",
  }),
  createdAt: z.string().exactOptional().meta({ description: "Set by the server: RFC 3339.", readOnly: true }),
};

const clusterMetadata = (max: number) =>
  z.strictObject({
    name: nameField("Unique among objects of this kind.", max),
    labels: labelsField,
    annotations: annotationsField,
    ...serverSet,
  });

const projectMetadata = (max: number) =>
  z.strictObject({
    name: nameField("Unique among objects of this kind in the project.", max),
    project: nameField("The project that it belongs to.").default(defaultProject),
    labels: labelsField,
    annotations: annotationsField,
    ...serverSet,
  });

export type ClusterMetadata = z.output<ReturnType<typeof clusterMetadata>>;
export type ProjectMetadata = z.output<ReturnType<typeof projectMetadata>>;
export type Metadata = ClusterMetadata & { readonly project?: string };

/** The object schema of a cluster-wide (or file-only) kind. */
export function clusterObject<const K extends string, Spec extends z.ZodType, Status extends z.ZodType>(
  kind: K,
  parts: { readonly spec: Spec; readonly status: Status },
  max = nameMax,
) {
  return z.strictObject({ ...head(kind), metadata: clusterMetadata(max).meta(metadataMeta), ...body(parts) });
}

/** The object schema of a kind that belongs to a project. */
export function projectObject<const K extends string, Spec extends z.ZodType, Status extends z.ZodType>(
  kind: K,
  parts: { readonly spec: Spec; readonly status: Status },
  max = nameMax,
) {
  return z.strictObject({ ...head(kind), metadata: projectMetadata(max).meta(metadataMeta), ...body(parts) });
}

const metadataMeta = { description: "Who it is: at least a name." };

const head = <const K extends string>(kind: K) => ({
  apiVersion: z.literal(apiVersion).meta({ description: "The version of this format." }),
  kind: z.literal(kind).meta({ description: "What it is." }),
});

const body = <Spec extends z.ZodType, Status extends z.ZodType>({ spec, status }: { spec: Spec; status: Status }) => ({
  spec,
  status: status
    .exactOptional()
    .meta({ description: "Set by Netwright: what was observed. Ignored in what is applied.", readOnly: true }),
});
