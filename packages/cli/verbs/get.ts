/** `get`: objects as a table, or as they are. */
import { objectName, type WireObject } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { parseKind, parseRefs, toApiRef } from "../arguments/object-ref.ts";
import { columnsOf } from "../print/columns.ts";
import { parseFormat, renderMachine, type OutputFormat } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<object...>", "KIND, KIND/NAME, or KIND NAME...");
    command.option("-p, --project <name>", "only this project; all projects when left out");
    command.option("-l, --selector <label=value>", "only objects with this label");
    command.option("-o, --output <format>", "wide, json, yaml or name");
    command.option("-w, --watch", "go on and print what changes");
    command.option("--no-headers", "leave out the heading");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright get services\n  netwright get service/shop -o yaml\n  netwright get instances -w\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const format = parseFormat(options["output"] as string | undefined);
    const project = options["project"] as string | undefined;
    const [first = "", ...more] = args;
    if (more.length > 0 || first.includes("/")) {
      const refs = parseRefs(args, project);
      const client = await connect(invocation);
      const objects = await Promise.all(refs.map((ref) => client.get(toApiRef(ref))));
      terminal.out(render(objects, format, options["headers"] !== false, refs.length === 1));
      return;
    }
    const kind = parseKind(first);
    const client = await connect(invocation);
    const list = await client.list(kind.kind as never, project);
    const wanted = selector(options["selector"] as string | undefined);
    terminal.out(render(list.items.filter(wanted), format, options["headers"] !== false, false));
    if (options["watch"] !== true) return;
    const watching = { since: list.revision, signal: terminal.signal, ...(project === undefined ? {} : { project }) };
    for await (const { type, object } of client.watch(kind.kind as never, watching)) {
      if (!wanted(object)) continue;
      terminal.out(type === "Deleted" ? `${objectName(object)} deleted\n` : render([object], format, false, true));
    }
  },
};

function render(objects: readonly WireObject[], format: OutputFormat, headers: boolean, single: boolean): string {
  if (format === "json" || format === "yaml") {
    const list = { apiVersion: "netwright.dev/v1alpha1", kind: "List", items: objects };
    return renderMachine(format, single ? objects[0] : list);
  }
  if (format === "name") return objects.map((object) => `${objectName(object)}\n`).join("");
  if (objects.length === 0) return headers ? "none\n" : "";
  const columns = columnsOf(objects[0]?.kind ?? "", format === "wide");
  const rows = objects.map((object) => columns.map(({ value }) => value(object)));
  return renderTable(
    columns.map(({ title }) => title),
    rows,
    headers,
  );
}

function selector(text: string | undefined): (object: WireObject) => boolean {
  if (text === undefined) return () => true;
  const [label = "", value] = text.split("=", 2);
  return ({ metadata }) => {
    const labels = (metadata["labels"] ?? {}) as Readonly<Record<string, string>>;
    return value === undefined ? label in labels : labels[label] === value;
  };
}
