/** `get`: objects as a table, or as they are. */
import { kindNames, kinds, objectName, type Client, type KindName, type WireObject } from "@netwright/api";
import { isNetwrightError, NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { parseKind, parseRefs, toApiRef } from "../arguments/object-ref.ts";
import { projectOf, projectOption, refsIn } from "../arguments/project.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { columnsOf, kindColumnsOf, withProject } from "../print/columns.ts";
import { isMachine, renderMachine, type OutputFormat } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<object...>", "KIND, KIND/NAME, KIND NAME..., or all");
    projectOption(command, "only this project");
    command.option("-A, --all-projects", "of every project that the token sees");
    command.option("-l, --selector <label=value>", "only objects with this label");
    outputOption(command, "wide", "json", "yaml", "name");
    command.option("-w, --watch", "go on and print what changes");
    command.option("--no-headers", "leave out the heading");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright get services\n  netwright get service/shop -o yaml\n  netwright get instances -w\n  netwright get all\n  netwright get all --all-projects\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { args, options } = invocation;
    if (options["allProjects"] === true && options["project"] !== undefined)
      throw new NetwrightError("NW1002", "both a project and all are asked for", { hint: "use one of -p and -A" });
    const [first = "", ...more] = args;
    if (more.length > 0 || first.includes("/")) await getNamed(invocation);
    else if (first === "all") await getAll(invocation);
    else await getKind(invocation, parseKind(first).kind as KindName);
  },
};

interface Form {
  readonly format: OutputFormat;
  readonly headers: boolean;
  /** Objects of several projects: each says its own. */
  readonly projects: boolean;
}

const formOf = ({ options }: Invocation): Form => ({
  format: formatOf(options),
  headers: options["headers"] !== false,
  projects: options["allProjects"] === true,
});

async function getNamed(invocation: Invocation): Promise<void> {
  const { terminal, args, options } = invocation;
  parseRefs(args);
  if (options["watch"] === true)
    throw new NetwrightError("NW1002", "--watch follows a kind, not objects by name", {
      hint: "netwright get KIND -w",
    });
  const client = await connect(invocation);
  const refs = await refsIn(invocation, client);
  const objects = await Promise.all(refs.map((ref) => client.get(toApiRef(ref))));
  const form = formOf(invocation);
  const [only] = objects;
  const single = isMachine(form.format) && objects.length === 1 && only !== undefined;
  terminal.out(single && isMachine(form.format) ? renderMachine(form.format, only) : render(objects, form));
}

async function getKind(invocation: Invocation, kind: KindName): Promise<void> {
  const { terminal, options } = invocation;
  const form = formOf(invocation);
  const wanted = selector(options["selector"] as string | undefined);
  const client = await connect(invocation);
  const project = kinds[kind].scope === "Project" ? await listedProject(invocation, client) : undefined;
  const { items, revision } = await client.list(kind, project);
  terminal.out(render(items.filter(wanted), form));
  if (options["watch"] !== true) return;
  const watching = { since: revision, signal: terminal.signal, ...(project === undefined ? {} : { project }) };
  for await (const { type, object } of client.watch(kind, watching)) {
    if (!wanted(object)) continue;
    terminal.out(
      type === "Deleted" ? `${objectName(object)} deleted\n` : render([object], { ...form, headers: false }),
    );
  }
}

/** One table a kind, of kinds that have objects. */
async function getAll(invocation: Invocation): Promise<void> {
  const { terminal, options } = invocation;
  const form = formOf(invocation);
  const wanted = selector(options["selector"] as string | undefined);
  const client: Client = await connect(invocation);
  const project = await listedProject(invocation, client);
  const served = kindNames.filter((kind) => kinds[kind].scope !== "File");
  const lists = await Promise.all(served.map((kind) => itemsOf(client, kind, project)));
  const groups = lists.map((items) => items.filter(wanted)).filter((items) => items.length > 0);
  if (isMachine(form.format) || form.format === "name") terminal.out(render(groups.flat(), form));
  else terminal.out(groups.map((items) => render(items, form, kindColumnsOf)).join("\n") || "none\n");
}

/** Undefined: those of every project. */
const listedProject = async (invocation: Invocation, client: Client): Promise<string | undefined> =>
  invocation.options["allProjects"] === true ? undefined : projectOf(invocation, client);

/** Kinds that are no business of the token's are not there for it. */
async function itemsOf(client: Client, kind: KindName, project: string | undefined): Promise<readonly WireObject[]> {
  try {
    return (await client.list(kind, project)).items;
  } catch (error) {
    if (isNetwrightError(error) && error.code === "NW1504") return [];
    throw error;
  }
}

function render(objects: readonly WireObject[], { format, headers, projects }: Form, columnsBy = columnsOf): string {
  if (isMachine(format)) {
    return renderMachine(format, { apiVersion: "netwright.dev/v1alpha1", kind: "List", items: objects });
  }
  if (format === "name") return objects.map((object) => `${objectName(object)}\n`).join("");
  if (objects.length === 0) return headers ? "none\n" : "";
  const own = columnsBy(objects[0]?.kind ?? "", format === "wide");
  const columns = projects ? withProject(own, objects) : own;
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
