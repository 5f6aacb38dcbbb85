/** The first thing that is done with an edit: values of Secrets are encrypted, and nothing behind this sees them. */
import { formatPath, nearestSource, type SealedValue, type Secret } from "@netwright/api";
import { NetwrightError, type Diagnostic } from "@netwright/base";
import type { Edit } from "../apply/edit.ts";
import { pairComplaint } from "../ca/chain.ts";
import { displayName, keyOf, textOf, type Item, type Items } from "../state/objects.ts";
import type { Sealer } from "./sealer.ts";

type Entries = Readonly<Record<string, SealedValue>>;

/** @throws NetwrightError for values that are referred to and not there, and for TLS pairs that are none. */
export function sealEdit(sealer: Sealer, items: Items, edit: Edit): Edit {
  const diagnostics: Diagnostic[] = [];
  const put = edit.put.map((item) => {
    if (item.object.kind !== "Secret") return item;
    const before = items.get(textOf(item.object))?.object;
    const entries = sealedEntries(sealer, item.object, before?.kind === "Secret" ? (before.spec.sealed ?? {}) : {});
    diagnostics.push(...problemsOf(sealer, item, entries));
    const { type } = item.object.spec;
    return { ...item, object: { ...item.object, spec: { type, sealed: sortedEntries(entries) } } };
  });
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  return { ...edit, put };
}

/** What a client wrote holds no box: what it says to have been encrypted here may have been so elsewhere. */
export function withoutForeignBoxes<T extends Item["object"]>(object: T): T {
  if (object.kind !== "Secret" || object.spec.sealed === undefined) return object;
  const sealed = Object.entries(object.spec.sealed).map(([key, { size, digest }]) => [key, { size, digest }]);
  return { ...object, spec: { ...object.spec, sealed: Object.fromEntries(sealed) } };
}

/** A value that is the same as before keeps its box and its digest. */
function sealedEntries(sealer: Sealer, { spec }: Secret, before: Entries): Entries {
  const { stringData = {}, data = {}, sealed = {} } = spec;
  const kept = Object.entries(sealed).map(([key, entry]): readonly [string, SealedValue] => {
    const known = Object.hasOwn(before, key) ? before[key] : undefined;
    return [key, entry.box === undefined && known?.digest === entry.digest ? known : entry];
  });
  const written = [
    ...Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text, "utf8")] as const),
    ...Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64")] as const),
  ].map(([key, value]): readonly [string, SealedValue] => {
    const known = Object.hasOwn(before, key) ? before[key] : undefined;
    return [key, known !== undefined && sealer.open(known).equals(value) ? known : sealer.seal(value)];
  });
  return Object.fromEntries([...kept, ...written]);
}

const sortedEntries = (entries: Entries): Record<string, SealedValue> =>
  Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1)));

function problemsOf(sealer: Sealer, item: Item, entries: Entries): readonly Diagnostic[] {
  const complain = (key: string, message: string, hint: string): Diagnostic => {
    const field = formatPath(["spec", "sealed", key]);
    const source = nearestSource(item.sources, "spec");
    const subject = displayName(keyOf(item.object));
    return {
      code: "NW1203",
      message: `${field}: ${message}`,
      subject,
      field,
      hint,
      ...(source === undefined ? {} : { source }),
    };
  };
  const unknown = Object.entries(entries).filter(([, { box }]) => box === undefined);
  if (unknown.length > 0)
    return unknown.map(([key]) =>
      complain(key, "is not the value that the server has", "write the value itself, in stringData or data"),
    );
  const [chain, key] = [entries["tls.crt"], entries["tls.key"]];
  if (item.object.kind !== "Secret" || item.object.spec.type !== "TLS" || chain === undefined || key === undefined)
    return [];
  const problem = pairComplaint(sealer.open(chain).toString("utf8"), sealer.open(key).toString("utf8"));
  const hint = "tls.crt: the certificate of the service first, then those above it; tls.key: its private key";
  return problem === undefined ? [] : [complain(problem.key, problem.message, hint)];
}
