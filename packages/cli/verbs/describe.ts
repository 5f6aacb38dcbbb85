/** `describe`: one object as people look at it: state, conditions, parts, rules, events. */
import type { Client, WireObject } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOption, refsIn } from "../arguments/project.ts";
import { parseRefs, refText, toApiRef } from "../arguments/object-ref.ts";
import { nameRules } from "../print/answer-table.ts";
import { valueAt } from "../print/columns.ts";
import { renderDescription, type Related } from "../print/description.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<object...>", "KIND/NAME, or KIND NAME...");
    projectOption(command, "their project");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright describe service/shop\n  netwright describe hosts host1 host2\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args } = invocation;
    parseRefs(args);
    const client = await connect(invocation);
    const refs = await refsIn(invocation, client);
    for (const [index, ref] of refs.entries()) {
      const object = await client.get(toApiRef(ref));
      const events = await client.events({ for: refText(ref) });
      const text = renderDescription(object, events, await relatedTo(client, object));
      terminal.out(index === 0 ? text : `\n${text}`);
    }
  },
};

async function relatedTo(client: Client, object: WireObject): Promise<Related> {
  const { kind, metadata } = object;
  if (kind === "Service") {
    const [networks, volumes, answers] = await Promise.all([
      client.list("Network", metadata.project),
      client.list("Volume", metadata.project),
      nameRules(object).length === 0 ? [] : client.answers(),
    ]);
    return {
      answers,
      network: networks.items.find((network) => network.metadata.name === valueAt(object, "spec.network")),
      volumes: volumes.items.filter((volume) => valueAt(volume, "spec.service") === metadata.name),
    };
  }
  if (kind === "AddressPool") {
    const services = await client.list("Service");
    return { services: services.items };
  }
  if (kind !== "Host") return {};
  const here = (other: WireObject): boolean => valueAt(other, "spec.host") === metadata.name;
  const [instances, volumes] = await Promise.all([client.list("Instance"), client.list("Volume")]);
  return { instances: instances.items.filter(here), volumes: volumes.items.filter(here) };
}
