/** `wait`: until an object has a condition, or is gone. */
import type { Client, WireObject } from "@netwright/api";
import { formatDuration, isNetwrightError, NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOption, refsIn } from "../arguments/project.ts";
import { timeoutOf, timeoutOption } from "../arguments/durations.ts";
import { parseRefs, refText, toApiRef, type ObjectRef } from "../arguments/object-ref.ts";
import { conditionsOf, stateOf } from "../print/columns.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<object...>", "KIND/NAME, or KIND NAME...");
    command.requiredOption("--for <what>", "condition=TYPE or delete", "condition=Ready");
    projectOption(command, "their project");
    timeoutOption(command);
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright wait service/shop\n  netwright wait host host1 host2 --for condition=Ready\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, args, options } = invocation;
    const goal = parseGoal(String(options["for"]));
    parseRefs(args);
    const client = await connect(invocation);
    const refs = await refsIn(invocation, client);
    const deadline = AbortSignal.timeout(timeoutOf(options));
    const signal = AbortSignal.any([deadline, terminal.signal]);
    for (const ref of refs) {
      const last = await waitFor(client, ref, goal, signal);
      terminal.signal.throwIfAborted();
      if (last !== true) {
        const state = last === undefined ? "it does not exist" : `its state is ${stateOf(last)}`;
        throw new NetwrightError(
          "NW1508",
          `${refText(ref)}: not so after ${formatDuration(timeoutOf(options))}; ${state}`,
        );
      }
      terminal.out(`${refText(ref)} ${goal.type ?? "deleted"}\n`);
    }
  },
};

interface Goal {
  /** The condition that must be true; undefined: the object must be gone. */
  readonly type?: string;
}

function parseGoal(text: string): Goal {
  const condition = /^condition=([A-Za-z]+)$/.exec(text)?.[1];
  if (condition !== undefined) return { type: condition };
  if (text === "delete") return {};
  throw new NetwrightError("NW1001", `${JSON.stringify(text)} is nothing to wait for`, {
    hint: "use --for condition=Ready or --for delete",
  });
}

function reached(object: WireObject | undefined, { type }: Goal): boolean {
  if (type === undefined) return object === undefined;
  return (
    object !== undefined &&
    conditionsOf(object).some((condition) => condition.type === type && condition.status === "True")
  );
}

/** True when the goal was reached, else the object as it was last. */
async function waitFor(
  client: Client,
  ref: ObjectRef,
  goal: Goal,
  signal: AbortSignal,
): Promise<true | WireObject | undefined> {
  const kind = toApiRef(ref).kind;
  const { revision } = await client.list(kind, ref.project);
  let last = await current(client, ref);
  if (reached(last, goal)) return true;
  for await (const { type, object } of client.watch(kind, { since: revision, signal })) {
    if (object.metadata.name !== ref.name || object.metadata.project !== ref.project) continue;
    last = type === "Deleted" ? undefined : object;
    if (reached(last, goal)) return true;
  }
  return last;
}

async function current(client: Client, ref: ObjectRef): Promise<WireObject | undefined> {
  try {
    return await client.get(toApiRef(ref));
  } catch (error) {
    if (isNetwrightError(error) && error.category === "notFound") return undefined;
    throw error;
  }
}
