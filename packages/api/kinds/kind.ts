/** The one shape of every kind: what a folder under `kinds/` exports to the registry. */
import type { ErrorCode } from "@netwright/base";
import type { z } from "zod";
import type { Metadata } from "./metadata.ts";

export const apiVersion = "netwright.dev/v1alpha1";

/** `File` kinds are read by the command line only and never stored. */
export type Scope = "Cluster" | "Project" | "File";

/** What every object has in common, after parsing. */
export interface ApiObject {
  readonly apiVersion: typeof apiVersion;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: object;
  readonly status?: object;
}

/** A field path inside an object, as keys and indexes, for example `["spec", "tiers", 0, "name"]`. */
export type FieldPath = readonly (string | number)[];

/** A complaint about one object before it is tied to a place in a file. */
export interface Finding {
  readonly code: ErrorCode;
  readonly path: FieldPath;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** True when the key itself is wrong, not its value. */
  readonly onKey?: boolean;
}

export interface Kind<Parsed extends ApiObject = ApiObject, Object extends ApiObject = Parsed> {
  readonly kind: Object["kind"];
  /** As in URLs. */
  readonly plural: string;
  /** Other words for it on the command line, beside kind and plural in lower case. */
  readonly aliases: readonly string[];
  readonly scope: Scope;
  /** Only Netwright itself makes such objects. */
  readonly readOnly: boolean;
  /** One sentence for `explain` and the reference. */
  readonly summary: string;
  /** Longest `metadata.name`. */
  readonly nameMax: number;
  readonly schema: z.ZodType<Parsed>;
  /** Rules across fields of one object. Pure; sees only objects that the schema accepts. */
  validate(object: Parsed): readonly Finding[];
  /** Fills in what follows from other fields. Pure; sees only valid objects; applying it twice changes nothing. */
  complete(object: Parsed): Object;
}
