/** `logs`: what an instance wrote to its standard output and error. */
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOf, projectOption } from "../arguments/project.ts";
import { wholeNumber } from "../arguments/manifests.ts";
import { relay } from "../print/relay.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<instance>", "for example shop-web-1");
    command.option("-f, --follow", "go on and print what is added");
    command.option("--tail <lines>", "only the last lines", wholeNumber);
    projectOption(command, "its project");
    connectionOptions(command);
    command.addHelpText("after", "\nExamples:\n  netwright logs shop-web-1\n  netwright logs shop-proxy-1 -f\n");
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, args, options } = invocation;
    const request = { follow: options["follow"] === true, tail: (options["tail"] as number | undefined) ?? null };
    let silent = true;
    const out = (text: string): void => {
      silent &&= text === "";
      terminal.out(text);
    };
    const client = await connect(invocation);
    const instance = { id: (args[0] ?? "").replace(/^instance\//, ""), project: await projectOf(invocation, client) };
    const status = await relay(client.logs(instance, request, terminal.signal), { out, err: terminal.err });
    terminal.signal.throwIfAborted();
    if (silent) terminal.err(`${instance.id} has written nothing\n`);
    return status;
  },
};
