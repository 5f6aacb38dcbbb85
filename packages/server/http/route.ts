/** Every call the server answers is one `Route`: the app, the access check, the OpenAPI text and its tests read the same list. */
import type { Access, Reach, Subject } from "../auth/subject.ts";

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As in OpenAPI: `/v1alpha1/changes/{id}`. */
  readonly path: string;
  readonly access: Access;
  readonly reach: Reach;
  readonly summary: string;
  readonly query?: readonly QueryParameter[];
  /** Names of component schemas in the OpenAPI text. */
  readonly body?: string;
  readonly answer: Answer;
  readonly handle: (call: Call) => Response | Promise<Response>;
}

export interface QueryParameter {
  readonly name: string;
  readonly type: "boolean" | "integer" | "string";
  readonly summary: string;
}

/** What a success looks like: one object, many lines of one, or text. */
export type Answer =
  | { readonly kind: "Object"; readonly schema: string; readonly status?: 201 }
  | { readonly kind: "Lines"; readonly schema: string }
  | { readonly kind: "ObjectOrLines"; readonly schema: string; readonly line: string }
  | { readonly kind: "Text"; readonly mediaType: string };

export interface Call {
  readonly request: Request;
  readonly url: URL;
  /** From the path; every name in the pattern is there. */
  readonly params: Readonly<Record<string, string>>;
  /** Undefined only where `access` is `Anyone`. */
  readonly subject: Subject | undefined;
}
