/** `token`: who may talk to the server. */
import type { TokenRequest } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    const create = command.command("create").description("make a token and print its secret, once");
    create
      .argument("<name>", "for people")
      .option("--role <role>", "Admin, Viewer or Node", "Viewer")
      .option("--node <name>", "role Node: the host or router");
    const list = command.command("list").description("list tokens");
    const revoke = command.command("revoke").description("make a token useless").argument("<id>");
    for (const one of [create, list, revoke]) connectionOptions(one);
    command.addHelpText("after", "\nExample:\n  netwright token create host1 --role Node --node host1\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options, subcommand } = invocation;
    const client = await connect(invocation);
    if (subcommand === "create") {
      const node = options["node"] as string | undefined;
      const request = {
        name: args[0] ?? "",
        role: options["role"] as TokenRequest["role"],
        ...(node === undefined ? {} : { node }),
      };
      terminal.out(`${(await client.createToken(request)).secret}\n`);
    } else if (subcommand === "list") {
      const rows = (await client.tokens()).map(({ id, name, role, node, createdAt }) => [
        id,
        name,
        role,
        node ?? "-",
        createdAt,
      ]);
      terminal.out(renderTable(["ID", "NAME", "ROLE", "NODE", "CREATED"], rows));
    } else if (subcommand === "revoke") {
      await client.deleteToken(args[0] ?? "");
      terminal.out("revoked\n");
    } else throw new NetwrightError("NW1001", "token needs a subcommand", { hint: "create, list or revoke" });
  },
};
