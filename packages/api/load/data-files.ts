/** Puts the files that a Secret or Config names by `source` into the object. */
import { dataOctetsMax } from "../kinds/data-fields.ts";
import { decodeManifest } from "../kinds/decode.ts";
import { objectName } from "../kinds/index.ts";
import type { Finding } from "../kinds/kind.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import type { LoadedManifests, LoadedObject } from "./parse-manifests.ts";
import type { SourceReader } from "./workload-files.ts";

/** The same objects, every `source` replaced by what it names. */
export async function inlineData(objects: readonly LoadedObject[], read: SourceReader): Promise<LoadedManifests> {
  const results: LoadedManifests[] = [];
  for (const loaded of objects) results.push(await inlineObject(loaded, read));
  return {
    objects: results.flatMap((result) => result.objects),
    diagnostics: results.flatMap((result) => result.diagnostics),
  };
}

async function inlineObject(loaded: LoadedObject, read: SourceReader): Promise<LoadedManifests> {
  const { object, file } = loaded;
  if (object.kind !== "Secret" && object.kind !== "Config") return { objects: [loaded], diagnostics: [] };
  const { source } = object.spec;
  if (source === undefined) return { objects: [loaded], diagnostics: [] };
  const values = new Map<string, Uint8Array>();
  const findings: Finding[] = [];
  for (const [key, name] of Object.entries(source)) {
    const octets = await read(file, name);
    if (typeof octets === "string") findings.push(unreadable(key, `${name}: ${octets}`));
    else if (octets.length > dataOctetsMax)
      findings.push(unreadable(key, `${name}: ${octets.length} octets, of at most ${dataOctetsMax}`));
    else values.set(key, octets);
  }
  if (findings.length > 0) return complain(loaded, findings);
  const manifest = withValues(object.kind, loaded.manifest, values);
  const decoded = decodeManifest(manifest);
  return decoded.ok
    ? { objects: [{ ...loaded, manifest, object: decoded.object }], diagnostics: [] }
    : complain(loaded, decoded.findings);
}

const unreadable = (key: string, message: string): Finding => ({
  code: "NW1107",
  path: ["spec", "source", key],
  message,
  hint: "the path is relative to the manifest's directory",
});

const complain = ({ object, locate }: LoadedObject, findings: readonly Finding[]): LoadedManifests => ({
  objects: [],
  diagnostics: findings.map((finding) =>
    diagnosticOf(finding, objectName(object), locate(finding.path, finding.onKey)),
  ),
});

type Entries = Readonly<Record<string, unknown>>;

/** Text of a Config stays text, so that a change of it can be read. */
function withValues(
  kind: "Secret" | "Config",
  manifest: LoadedObject["manifest"],
  values: ReadonlyMap<string, Uint8Array>,
): LoadedObject["manifest"] {
  const { source: _, ...spec } = manifest["spec"] as Readonly<Record<string, Entries>>;
  const fields: Record<string, Entries> = { ...spec };
  for (const [key, octets] of values) {
    const text = kind === "Config" ? textOf(octets) : undefined;
    const field = text !== undefined || kind === "Secret" ? "data" : "binaryData";
    fields[field] = { ...fields[field], [key]: text ?? Buffer.from(octets).toString("base64") };
  }
  return { ...manifest, spec: fields };
}

function textOf(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}
