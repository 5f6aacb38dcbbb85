/** `drain` and `undrain`: whether hosts take instances. What is on one that takes none moves elsewhere first. */
import type { Client, WireObject } from "@netwright/api";
import { formatDuration, NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../../arguments/connection.ts";
import { timeoutOf, waitOptions } from "../../arguments/durations.ts";
import { parseRefs, refText, toApiRef, type ObjectRef } from "../../arguments/object-ref.ts";
import { valueAt } from "../../print/columns.ts";
import type { Invocation, Verb } from "../../verb.ts";

export const schedulingVerb = (schedulable: boolean): Verb => ({
  configure(command: Command): void {
    command.argument("<host...>", "host/NAME");
    command.option("--dry-run", "only show what would happen");
    if (!schedulable) waitOptions(command);
    connectionOptions(command);
    command.addHelpText("after", `\nExample:\n  netwright ${schedulable ? "undrain" : "drain"} host/host1\n`);
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const refs = parseRefs(args);
    for (const ref of refs)
      if (ref.kind.kind !== "Host")
        throw new NetwrightError("NW1001", `${refText(ref)} is not a host`, { hint: "write host/NAME" });
    const client = await connect(invocation);
    const objects: WireObject[] = await Promise.all(refs.map((ref) => client.get(toApiRef(ref))));
    const verb = schedulable ? "undrain" : "drain";
    const response = await client.apply(
      {
        objects: objects.map((object) => ({ object: { ...object, spec: { ...object.spec, schedulable } } })),
        message: `${verb} ${refs.map(refText).join(", ")}`,
      },
      { dryRun: options["dryRun"] === true },
    );
    for (const { instance, host } of response.plan.placements) terminal.out(`${instance} to ${host}\n`);
    if (options["dryRun"] === true) return;
    if (schedulable) for (const ref of refs) terminal.out(`${refText(ref)} takes instances\n`);
    else if (options["wait"] === false) for (const ref of refs) terminal.out(`${refText(ref)} is draining\n`);
    else await untilEmpty(invocation, client, refs);
  },
});

/** @throws NW1508 with what is still there. */
async function untilEmpty(
  { terminal, options }: Invocation,
  client: Client,
  refs: readonly ObjectRef[],
): Promise<void> {
  const timeout = timeoutOf(options);
  const signal = AbortSignal.any([AbortSignal.timeout(timeout), terminal.signal]);
  const names = new Set(refs.map(({ name }) => name));
  const { items, revision } = await client.list("Instance");
  const keyOf = ({ metadata }: WireObject): string => `${metadata.project}/${metadata.name}`;
  const isThere = (object: WireObject): boolean => names.has(String(valueAt(object, "spec.host")));
  const left = new Map(items.filter(isThere).map((object) => [keyOf(object), object]));
  if (left.size > 0)
    for await (const { type, object } of client.watch("Instance", { since: revision, signal })) {
      if (type === "Deleted") {
        if (left.delete(keyOf(object))) terminal.out(`${object.metadata.name} is gone\n`);
      } else if (isThere(object)) left.set(keyOf(object), object);
      if (left.size === 0) break;
    }
  terminal.signal.throwIfAborted();
  if (left.size > 0) {
    const shown = [...left.values()].map(
      (object) => `${object.metadata.name} (${String(valueAt(object, "status.phase"))})`,
    );
    throw new NetwrightError("NW1508", `not empty after ${formatDuration(timeout)}: ${shown.join(", ")}`, {
      hint: "they go on moving; what keeps them is told by the condition Placed of their services",
    });
  }
  for (const ref of refs) terminal.out(`${refText(ref)} is empty\n`);
}
