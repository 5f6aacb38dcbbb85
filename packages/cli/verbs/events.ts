/** `events`: what happened, oldest first. */
import type { Event } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { parseFormat } from "../print/machine.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[object]", "only about this object, for example service/shop");
    command.option("-w, --watch", "go on and print new ones");
    command.option("-o, --output <format>", "json: one object a line");
    connectionOptions(command);
    command.addHelpText("after", "\nExample:\n  netwright events service/shop -w\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const render =
      parseFormat(options["output"] as string | undefined) === "json"
        ? (event: Event) => `${JSON.stringify(event)}\n`
        : line;
    const about = args[0] === undefined ? {} : { for: args[0] };
    const client = await connect(invocation);
    if (options["watch"] === true) {
      for await (const event of client.watchEvents({ ...about, signal: terminal.signal })) terminal.out(render(event));
      return;
    }
    for (const event of await client.events(about)) terminal.out(render(event));
  },
};

const line = ({ at, type, object, reason, message }: Event): string =>
  `${at}  ${type.padEnd(7)}  ${object.padEnd(20)}  ${reason}: ${message}\n`;
