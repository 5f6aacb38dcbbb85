/** From JSON to typed objects and back. Pure; never throws for anything a user wrote. */
import { z } from "zod";
import { findingsOf } from "./findings.ts";
import { isKindName, kindNames, kinds, type AnyObject } from "./index.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { apiVersion, type Finding } from "./kind.ts";
import { describeValue } from "./describe-value.ts";
import { nearest } from "./near-miss.ts";
import { unreadFindings } from "./data-fields.ts";
import { concealed } from "./secret/conceal.ts";
import { relativeImages, unreadFiles } from "./service/unread-files.ts";

export type Decoded =
  | { readonly ok: true; readonly object: AnyObject }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** An object as JSON carries it: canonical text forms, defaults filled in. */
export interface WireObject {
  readonly apiVersion: typeof apiVersion;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly project?: string; readonly [key: string]: unknown };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** What a program asks to be applied: as `decodeWritten`, with every file's content in place. */
export function decodeManifest(value: unknown): Decoded {
  const decoded = decodeWritten(value);
  if (!decoded.ok) return decoded;
  const unread = unreadIn(decoded.object);
  return unread.length > 0 ? refuse(unread) : decoded;
}

/** What lies where the author is. */
function unreadIn(object: AnyObject): readonly Finding[] {
  if (object.kind === "Service") return [...unreadFiles(object), ...relativeImages(object)];
  return object.kind === "Secret" || object.kind === "Config" ? unreadFindings(object.spec.source) : [];
}

/** What a person wrote: `status` is ignored, kinds that only Netwright makes are refused. */
export function decodeWritten(value: unknown): Decoded {
  if (!isRecord(value)) return decodeObject(value);
  const { status: _status, ...rest } = value;
  const kind = typeof value["kind"] === "string" && isKindName(value["kind"]) ? kinds[value["kind"]] : undefined;
  if (kind?.readOnly !== true) return decodeObject(rest);
  const message = `objects of kind ${kind.kind} are made by Netwright and cannot be applied`;
  return refuse([{ code: "NW1104", path: ["kind"], message, hint: "change the Service that it belongs to" }]);
}

/** Any object in wire form, with its status. */
export function decodeObject(value: unknown): Decoded {
  if (!isRecord(value)) return refuse([notAnObject(value)]);
  const envelope = envelopeFindings(value);
  const name = value["kind"];
  if (typeof name !== "string" || !isKindName(name)) return refuse(envelope);
  const kind = kinds[name];
  // The API version was judged above; the rest of the object is still worth checking.
  const parsed = kind.schema.safeParse({ ...value, apiVersion }, { reportInput: true });
  if (!parsed.success) {
    const findings = findingsOf(parsed.error.issues, jsonSchemaOf(kind));
    return refuse([...envelope, ...(name === "Secret" ? findings.map(concealed) : findings)]);
  }
  const problems = [...envelope, ...kind.validate(parsed.data)];
  return problems.length > 0 ? refuse(problems) : { ok: true, object: kind.complete(parsed.data) as AnyObject };
}

/** Canonical JSON of an object: equal objects give equal bytes. */
export function encodeObject(object: AnyObject): WireObject {
  return z.encode(kinds[object.kind].schema, object) as WireObject;
}

const refuse = (findings: readonly Finding[]): Decoded => ({ ok: false, findings });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const envelopeHint = `begin with apiVersion: ${apiVersion}, kind and metadata.name`;

function notAnObject(value: unknown): Finding {
  return {
    code: "NW1103",
    path: [],
    message: `the document is ${describeValue(value)}, not an object`,
    hint: envelopeHint,
  };
}

function envelopeFindings(value: Readonly<Record<string, unknown>>): readonly Finding[] {
  return [...versionFindings(value["apiVersion"]), ...kindFindings(value["kind"])];
}

function versionFindings(version: unknown): readonly Finding[] {
  if (version === apiVersion) return [];
  if (version === undefined)
    return [{ code: "NW1103", path: ["apiVersion"], message: "is required", hint: envelopeHint }];
  const shown = typeof version === "string" ? JSON.stringify(version.slice(0, 80)) : describeValue(version);
  return [
    {
      code: "NW1104",
      path: ["apiVersion"],
      message: `${shown} is not a known API version`,
      hint: `write ${apiVersion}`,
    },
  ];
}

function kindFindings(name: unknown): readonly Finding[] {
  const known = kindNames.filter((candidate) => !kinds[candidate].readOnly);
  const list = `known kinds: ${known.join(", ")}`;
  if (name === undefined) return [{ code: "NW1103", path: ["kind"], message: "is required", hint: list }];
  if (typeof name !== "string")
    return [{ code: "NW1204", path: ["kind"], message: `expected text, got ${describeValue(name)}`, hint: list }];
  if (isKindName(name)) return [];
  const near = nearest(name, known);
  const hint = near === undefined ? list : `did you mean ${near}? ${list}`;
  return [
    { code: "NW1104", path: ["kind"], message: `${JSON.stringify(name.slice(0, 80))} is not a known kind`, hint },
  ];
}
