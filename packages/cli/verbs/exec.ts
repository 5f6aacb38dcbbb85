/** `exec`: a command inside an instance; its exit status is this one's. */
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOf, projectOption } from "../arguments/project.ts";
import { relay } from "../print/relay.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<instance>", "for example shop-web-1").argument("<command...>", "after --");
    projectOption(command, "its project");
    command.option("-i, --stdin", "pass standard input on, at most 700 KiB");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExit status: the command's; 127 it is not there, 126 it cannot be executed.\n\nExample:\n  netwright exec shop-web-1 -- ip -6 addr\n",
    );
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, args, options } = invocation;
    const [id = "", ...command] = args;
    const input = options["stdin"] === true ? { input: (await readAll(terminal.stdin)).toString("base64") } : {};
    const client = await connect(invocation);
    const instance = { id: id.replace(/^instance\//, ""), project: await projectOf(invocation, client) };
    return relay(client.exec(instance, { command, ...input }, terminal.signal), terminal);
  },
};

const inputMax = 700 * 1024;

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > inputMax) throw new NetwrightError("NW1001", `standard input is longer than ${inputMax} octets`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
