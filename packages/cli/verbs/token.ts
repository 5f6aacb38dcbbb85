/** `token`: who may talk to the server. */
import { tokenRoles, type TokenRequest } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { Option, type Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import { timeText } from "../print/times.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    const create = command.command("create").description("make a token and print its secret, once");
    create
      .argument("[name]", "for people; PROJECT-ROLE when left out")
      .addOption(new Option("--role <role>").choices([...tokenRoles]).default("Viewer"))
      .option("-p, --project <name>", "bind it to this project")
      .option("--node <name>", "role Node: the host or router");
    const list = command.command("list").description("list tokens");
    outputOption(list, "json", "yaml");
    const revoke = command
      .command("revoke")
      .description("make a token useless")
      .argument("<id>", "as token list has it");
    for (const one of [create, list, revoke]) connectionOptions(one);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright token create host1 --role Node --node host1\n  netwright token create --project shop --role Editor\n  netwright token list\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const action = actions[invocation.subcommand ?? ""];
    if (action === undefined)
      throw new NetwrightError("NW1001", "token needs a subcommand", { hint: "create, list or revoke" });
    await action(invocation);
  },
};

const actions: Readonly<Record<string, (invocation: Invocation) => Promise<void>>> = {
  create: createToken,
  list: listTokens,
  revoke: revokeToken,
};

async function createToken(invocation: Invocation): Promise<void> {
  const { terminal, args, options } = invocation;
  const node = options["node"] as string | undefined;
  const role = options["role"] as TokenRequest["role"];
  const client = await connect(invocation);
  const project = options["project"] as string | undefined;
  const request = {
    name: args[0] ?? `${project ?? "site"}-${role.toLowerCase()}`,
    role,
    ...(node === undefined ? {} : { node }),
    ...(project === undefined ? {} : { project }),
  };
  terminal.out(`${(await client.createToken(request)).secret}\n`);
}

async function listTokens(invocation: Invocation): Promise<void> {
  const { terminal, options } = invocation;
  const format = formatOf(options);
  const tokens = (await (await connect(invocation)).tokens()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rows = tokens.map(({ id, name, role, project, node, createdAt }) => [
    id,
    name,
    role,
    project ?? "-",
    node ?? "-",
    timeText(createdAt),
  ]);
  const header = ["ID", "NAME", "ROLE", "PROJECT", "NODE", "CREATED"];
  terminal.out(isMachine(format) ? renderMachine(format, tokens) : renderTable(header, rows));
}

async function revokeToken(invocation: Invocation): Promise<void> {
  const [id = ""] = invocation.args;
  await (await connect(invocation)).deleteToken(id);
  invocation.terminal.out(`token ${id} is revoked\n`);
}
