/** `diff`: the fields in which manifests differ from what is stored. Exit status as diff(1). */
import { decodeManifest, encodeObject, objectName, type WireObject } from "@netwright/api";
import { isNetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { stringify } from "yaml";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { fileOption, placedIn, readApplyRequest } from "../arguments/manifests.ts";
import { projectOf, projectOption } from "../arguments/project.ts";
import { parseRefs, toApiRef } from "../arguments/object-ref.ts";
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
      const text = renderLineDiff(intentText(stored), intentText(wanted), objectName(wanted));
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
