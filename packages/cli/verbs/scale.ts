/** `scale`: `netwright scale service/shop web=5 proxy=2`. */
import { defaultProject } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOption, refsIn } from "../arguments/project.ts";
import { parseRefs } from "../arguments/object-ref.ts";
import type { Invocation, Verb } from "../verb.ts";
import { settle, settleOptions } from "./shared/settle.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<service>", "service/NAME").argument("<tier=replicas...>", "for example web=5");
    projectOption(command, "the service's project");
    settleOptions(command);
    connectionOptions(command);
    command.addHelpText("after", "\nExample:\n  netwright scale service/shop web=3\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const started = terminal.clock.monotonic();
    const [service = "", ...sizes] = args;
    const [named] = parseRefs([service]);
    if (named?.kind.kind !== "Service")
      throw new NetwrightError("NW1001", `${service} is not a service`, { hint: "write service/NAME" });
    const tiers = Object.fromEntries(sizes.map(parseSize));
    const client = await connect(invocation);
    const [ref = named] = await refsIn(invocation, client, [service]);
    const request = { project: ref.project ?? defaultProject, service: ref.name, tiers };
    const response = await client.scale(request, { dryRun: options["dryRun"] === true });
    await settle(invocation, client, response, started);
  },
};

function parseSize(text: string): readonly [tier: string, replicas: number] {
  const match = /^([a-z0-9-]+)=(\d{1,6})$/.exec(text);
  if (match === null)
    throw new NetwrightError("NW1001", `${JSON.stringify(text)} is not a size`, {
      hint: "write TIER=REPLICAS, for example web=5",
    });
  return [match[1] ?? "", Number(match[2])];
}
