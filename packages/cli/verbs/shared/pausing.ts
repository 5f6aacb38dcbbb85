/** `pause` and `resume`: one field of a Host or Router, set in place. */
import type { WireObject } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../../arguments/connection.ts";
import { parseRefs, refText, toApiRef } from "../../arguments/object-ref.ts";
import type { Invocation, Verb } from "../../verb.ts";

export const pausingVerb = (paused: boolean): Verb => ({
  configure(command: Command): void {
    command.argument("<object...>", "host/NAME or router/NAME");
    connectionOptions(command);
    command.addHelpText("after", `\nExample:\n  netwright ${paused ? "pause" : "resume"} host/host1\n`);
  },
  async run(invocation: Invocation): Promise<void> {
    const client = await connect(invocation);
    for (const ref of parseRefs(invocation.args)) {
      if (ref.kind.kind !== "Host" && ref.kind.kind !== "Router") {
        throw new NetwrightError("NW1001", `${refText(ref)} has no agent`, {
          hint: "hosts and managed routers can be paused",
        });
      }
      const object: WireObject = await client.get(toApiRef(ref));
      const message = `${paused ? "pause" : "resume"} ${refText(ref)}`;
      await client.apply({ objects: [{ object: { ...object, spec: { ...object.spec, paused } } }], message });
      invocation.terminal.out(
        `${refText(ref)} ${paused ? "paused: its agent changes nothing until resume" : "resumed"}\n`,
      );
    }
  },
});
