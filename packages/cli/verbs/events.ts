/** `events`: what happened, oldest first. */
import type { Event } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { parseRefs, refText } from "../arguments/object-ref.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { timeText } from "../print/times.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[object]", "only about this object, for example service/shop");
    command.option("-p, --project <name>", "its project", "default");
    command.option("-w, --watch", "go on and print new ones");
    outputOption(command, "json");
    connectionOptions(command);
    command.addHelpText("after", "\nExamples:\n  netwright events\n  netwright events service/shop -w\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const render = formatOf(options) === "json" ? (event: Event) => `${JSON.stringify(event)}\n` : eventLine;
    const [ref] = args.length === 0 ? [] : parseRefs(args, options["project"] as string);
    const about = ref === undefined ? {} : { for: refText(ref) };
    const client = await connect(invocation);
    if (options["watch"] !== true) {
      for (const event of await client.events(about)) terminal.out(render(event));
      return;
    }
    for await (const event of client.watchEvents({ ...about, signal: terminal.signal })) terminal.out(render(event));
  },
};

const eventLine = ({ at, type, object, reason, message }: Event): string =>
  `${timeText(at)}  ${type.padEnd(7)}  ${object.padEnd(20)}  ${reason}: ${message}\n`;
