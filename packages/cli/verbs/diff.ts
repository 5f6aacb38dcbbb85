/** `diff`: the fields in which manifests differ from what is stored. Exit status as diff(1). */
import { decodeManifest, encodeObject, formatPath, objectName, type Client, type WireObject } from "@netwright/api";
import { isNetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { stringify } from "yaml";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { fileOption, placedIn, readApplyRequest } from "../arguments/manifests.ts";
import { projectOf, projectOption } from "../arguments/project.ts";
import { parseRefs, toApiRef } from "../arguments/object-ref.ts";
import { valueAt } from "../print/columns.ts";
import { renderLineDiff } from "../print/line-diff.ts";
import { paintChanges } from "../print/paint.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    fileOption(command);
    projectOption(command, "project of objects that name none");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExit status: 0 no difference, 1 differences, more than 1 trouble.\n\nExample:\n  netwright diff -f examples/shop.yaml\n",
    );
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, options } = invocation;
    const request = await readApplyRequest(options["file"] as readonly string[], {});
    const client = await connect(invocation);
    const { objects } = placedIn(request, await projectOf(invocation, client));
    let status = 0;
    for (const { object } of objects) {
      const wanted = withDefaults(object as WireObject);
      const [ref] = parseRefs([`${wanted.kind}/${wanted.metadata.name}`], wanted.metadata.project);
      const stored = ref === undefined ? undefined : await orMissing(client.get(toApiRef(ref)));
      const same = wanted.kind === "Secret" ? await judged(client, object, stored) : wanted;
      const text = renderLineDiff(intentText(stored), intentText(same), objectName(wanted));
      if (text !== "") status = 1;
      terminal.out(paintChanges(text, terminal.colors.out));
    }
    return status;
  },
};

/** As it will be stored: what its author left out is no difference. */
function withDefaults(object: WireObject): WireObject {
  const decoded = decodeManifest(object);
  return decoded.ok ? encodeObject(decoded.object) : object;
}

/** Values are compared where they are: by the server. @returns the Secret with words for values. */
async function judged(client: Client, object: unknown, stored: WireObject | undefined): Promise<WireObject> {
  const wanted = object as WireObject;
  const { plan } = await client.apply({ objects: [{ object }] }, { dryRun: true });
  const changed = plan.objects.flatMap(({ fields }) => fields);
  const known = (valueAt(stored, "spec.sealed") ?? {}) as Readonly<Record<string, object>>;
  const keys = ["stringData", "data", "sealed"].flatMap((field) => Object.keys(valueAt(wanted, `spec.${field}`) ?? {}));
  const isOther = (key: string): boolean =>
    changed.some((field) => field === "spec.sealed" || field.startsWith(formatPath(["spec", "sealed", key])));
  const entries = [...new Set(keys)].toSorted().map((key): readonly [string, unknown] => {
    const same = Object.hasOwn(known, key) && !isOther(key);
    return [key, same ? known[key] : { size: sizeOf(wanted, key), digest: "(another value)" }];
  });
  return withDefaults({
    ...wanted,
    spec: { type: valueAt(wanted, "spec.type") ?? "Opaque", sealed: Object.fromEntries(entries) },
  });
}

function sizeOf(secret: WireObject, key: string): number {
  const [text, base64] = ["stringData", "data"].map(
    (field) => ((valueAt(secret, `spec.${field}`) ?? {}) as Readonly<Record<string, string>>)[key],
  );
  return text === undefined ? Buffer.byteLength(base64 ?? "", "base64") : Buffer.byteLength(text);
}

async function orMissing(found: Promise<WireObject>): Promise<WireObject | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isNetwrightError(error) && error.category === "notFound") return undefined;
    throw error;
  }
}

/** What a person decides: no status, nothing that the server sets. */
function intentText(object: WireObject | undefined): string {
  if (object === undefined) return "";
  const { apiVersion, kind, spec } = object;
  const { name, project, labels, annotations } = object.metadata;
  const own = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("netwright.dev/"));
  const metadata = { name, project, labels, annotations: Object.fromEntries(own) };
  return stringify({ apiVersion, kind, metadata, spec }, { lineWidth: 0 });
}
