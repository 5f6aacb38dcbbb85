/** `secret`: makes and changes secrets from files and standard input. No value is ever an argument: those are seen by others. */
import { apiVersion, tlsKeys, type WireObject } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { Option, type Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOf, projectOption } from "../arguments/project.ts";
import { readValues, type ValueSource } from "../arguments/secret-values.ts";
import { valueAt } from "../print/columns.ts";
import type { Invocation, Verb } from "../verb.ts";
import { settle, settleOptions } from "./shared/settle.ts";

export const verb: Verb = {
  configure(command: Command): void {
    const create = command.command("create").description("make a secret");
    create.addOption(new Option("--type <type>").choices(["Opaque", "TLS"]).default("Opaque"));
    const set = command.command("set").description("change some values of a secret and leave the others");
    set.option("--remove <key>", "take this key out; may be repeated", collect);
    for (const one of [create, set]) {
      one.argument("<name>", "its name");
      one.option("--from-file <[key=]path>", "a value; the key is the file's name when left out, - is stdin", collect);
      one.option("--from-env-file <path>", "a value for each line KEY=VALUE", collect);
      projectOption(one, "its project");
      settleOptions(one);
      connectionOptions(one);
    }
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright secret create db --from-file password=-\n  netwright secret set db --from-env-file -\n  netwright secret create shop-tls --type TLS --from-file tls.crt=shop.crt --from-file tls.key=shop.key\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { subcommand } = invocation;
    if (subcommand !== "create" && subcommand !== "set")
      throw new NetwrightError("NW1001", "secret needs a subcommand", { hint: "create or set" });
    await write(invocation, subcommand);
  },
};

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

async function write(invocation: Invocation, how: "create" | "set"): Promise<void> {
  const { terminal, args, options } = invocation;
  const started = terminal.clock.monotonic();
  const [name = ""] = args;
  const data = await readValues(sourcesOf(options), terminal.stdin);
  const removed = (options["remove"] ?? []) as readonly string[];
  if (Object.keys(data).length === 0 && removed.length === 0)
    throw new NetwrightError("NW1001", "no value is given", { hint: "--from-file KEY=PATH, or --from-env-file PATH" });
  const client = await connect(invocation);
  const project = await projectOf(invocation, client);
  const found = (await client.list("Secret", project)).items.find(({ metadata }) => metadata.name === name);
  const object =
    how === "create" ? created(invocation, { name, project }, found, data) : changed(name, found, data, removed);
  const message = `secret ${how} ${name}`;
  const response = await client.apply({ objects: [{ object }], message }, { dryRun: options["dryRun"] === true });
  await settle(invocation, client, response, started);
}

const sourcesOf = (options: Invocation["options"]): readonly ValueSource[] => [
  ...((options["fromFile"] ?? []) as readonly string[]).map((text): ValueSource => ({ kind: "File", text })),
  ...((options["fromEnvFile"] ?? []) as readonly string[]).map((text): ValueSource => ({ kind: "EnvFile", text })),
];

type Data = Readonly<Record<string, string>>;

function created(
  { options }: Invocation,
  metadata: { readonly name: string; readonly project: string },
  found: WireObject | undefined,
  data: Data,
): object {
  if (found !== undefined)
    throw new NetwrightError("NW1502", `there is a secret/${metadata.name} already`, {
      hint: `netwright secret set ${metadata.name} changes it`,
    });
  const missing = options["type"] === "TLS" ? tlsKeys.filter((key) => !Object.hasOwn(data, key)) : [];
  if (missing.length > 0)
    throw new NetwrightError("NW1001", `a secret of type TLS needs ${missing.join(" and ")}`, {
      hint: "--from-file tls.crt=PATH --from-file tls.key=PATH",
    });
  return { apiVersion, kind: "Secret", metadata, spec: { type: options["type"], data } };
}

/** What is not named stays: the server keeps the values that it is told the digests of. */
function changed(name: string, found: WireObject | undefined, data: Data, removed: readonly string[]): object {
  if (found === undefined)
    throw new NetwrightError("NW1501", `there is no secret/${name}`, {
      hint: `netwright secret create ${name} makes it`,
    });
  const sealed = (valueAt(found, "spec.sealed") ?? {}) as Readonly<Record<string, object>>;
  const unknown = removed.find((key) => !Object.hasOwn(sealed, key));
  if (unknown !== undefined)
    throw new NetwrightError("NW1501", `secret/${name} has no key ${unknown}`, {
      hint: `keys: ${Object.keys(sealed).join(", ")}`,
    });
  const kept = Object.entries(sealed).filter(([key]) => !removed.includes(key) && !Object.hasOwn(data, key));
  const { status: _, ...object } = found;
  return { ...object, spec: { type: valueAt(found, "spec.type"), sealed: Object.fromEntries(kept), data } };
}
