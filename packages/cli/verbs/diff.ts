/** `diff`: the fields in which manifests differ from what is stored. Exit status as diff(1). */
import type { WireObject } from "@netwright/api";
import { isNetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { stringify } from "yaml";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { fileOption, readApplyRequest } from "../arguments/manifests.ts";
import { parseRefs, toApiRef } from "../arguments/object-ref.ts";
import { renderLineDiff } from "../print/line-diff.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    fileOption(command);
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExit status: 0 no difference, 1 differences, more than 1 trouble.\n\nExample:\n  netwright diff -f shop.yaml\n",
    );
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, options } = invocation;
    const client = await connect(invocation);
    const { objects } = await readApplyRequest(options["file"] as readonly string[], {});
    let status = 0;
    for (const { object } of objects) {
      const wanted = object as WireObject;
      const [ref] = parseRefs([`${wanted.kind}/${wanted.metadata.name}`], wanted.metadata.project);
      const stored = ref === undefined ? undefined : await orMissing(client.get(toApiRef(ref)));
      const text = renderLineDiff(
        intentOf(stored),
        intentOf(wanted),
        `${wanted.kind.toLowerCase()}/${wanted.metadata.name}`,
      );
      if (text !== "") status = 1;
      terminal.out(text);
    }
    return status;
  },
};

async function orMissing(found: Promise<WireObject>): Promise<WireObject | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isNetwrightError(error) && error.category === "notFound") return undefined;
    throw error;
  }
}

/** What a person decides: no status, nothing that the server sets. */
function intentOf(object: WireObject | undefined): string {
  if (object === undefined) return "";
  const { name, project, labels, annotations } = object.metadata;
  return stringify(
    {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { name, project, labels, annotations },
      spec: object.spec,
    },
    { lineWidth: 0 },
  );
}
