/** `events`: what happened, oldest first. */
import type { Event } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOption, refsIn } from "../arguments/project.ts";
import { parseRefs, refText } from "../arguments/object-ref.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { timeText } from "../print/times.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[object]", "only about this object, for example service/shop");
    projectOption(command, "its project");
    command.option("-w, --watch", "go on and print new ones");
    outputOption(command, "json");
    connectionOptions(command);
    command.addHelpText("after", "\nExamples:\n  netwright events\n  netwright events service/shop -w\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const render = formatOf(options) === "json" ? (event: Event) => `${JSON.stringify(event)}\n` : eventLine;
    if (args.length > 0) parseRefs(args);
    const client = await connect(invocation);
    const [ref] = args.length === 0 ? [] : await refsIn(invocation, client);
    const about = ref === undefined ? {} : { for: refText(ref) };
    if (options["watch"] !== true) {
      for (const event of await client.events(about)) terminal.out(render(event));
      return;
    }
    for await (const event of client.watchEvents({ ...about, signal: terminal.signal })) terminal.out(render(event));
  },
};

const eventLine = ({ at, type, object, reason, message }: Event): string =>
  `${timeText(at)}  ${type.padEnd(7)}  ${object.padEnd(20)}  ${reason}: ${message}\n`;
