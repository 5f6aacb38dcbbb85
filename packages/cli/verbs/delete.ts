/** `delete`: objects by name, or those of manifests, all of them or none; waits until nothing of them runs. */
import { NetwrightError, type Milliseconds } from "@netwright/base";
import type { ApplyRequest, Client, WireObject } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOf, projectOption, refsIn } from "../arguments/project.ts";
import { timeoutOf, waitOptions } from "../arguments/durations.ts";
import { optionalFileOption, placedIn, readApplyRequest } from "../arguments/manifests.ts";
import { parseRefs, toApiRef, type ObjectRef } from "../arguments/object-ref.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { valueAt } from "../print/columns.ts";
import { paintChanges } from "../print/paint.ts";
import { renderPlan } from "../print/plan.ts";
import type { Terminal } from "../terminal.ts";
import type { Invocation, Verb } from "../verb.ts";
import { throwRefusal } from "./shared/refusal.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[object...]", "KIND/NAME, or KIND NAME...");
    optionalFileOption(command);
    projectOption(command, "their project");
    command.option("--dry-run", "only show what would happen");
    command.option("--ignore-not-found", "what is gone already is no failure");
    outputOption(command, "name");
    waitOptions(command);
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nAll of them are deleted, in any order, or none.\n\nExamples:\n  netwright delete service/shop\n  netwright delete -f examples/shop.yaml\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, options } = invocation;
    const request = await readArguments(invocation);
    const client = await connect(invocation);
    const refs = await refsOf(invocation, client, request);
    const dryRun = options["dryRun"] === true;
    const ignoreMissing = options["ignoreNotFound"] === true;
    const { plan, change } = await client.deleteAll({ objects: refs.map(toApiRef), ignoreMissing }, { dryRun });
    const ending = formatOf(options) === "name" ? "" : " deleted";
    // Of volumes there is no change: they cannot be had back.
    const { objects } = change ?? plan;
    if (dryRun) terminal.out(paintChanges(renderPlan(plan), terminal.colors.out, 2));
    else terminal.out(objects.map(({ object }) => `${object}${ending}\n`).join(""));
    throwRefusal(plan);
    if (!dryRun && options["wait"] !== false) await untilGone(client, refs, timeoutOf(options), terminal);
  },
};

/** What is wrong with them is told before there is a server. @returns what files hold. */
async function readArguments({ args, options }: Invocation): Promise<ApplyRequest | undefined> {
  const files = options["file"] as readonly string[] | undefined;
  if (files === undefined) parseRefs(args);
  else if (args.length > 0)
    throw new NetwrightError("NW1002", "objects are named both by -f and by name", { hint: "use one of the two" });
  return files === undefined ? undefined : readApplyRequest(files, {});
}

async function refsOf(
  invocation: Invocation,
  client: Client,
  request: ApplyRequest | undefined,
): Promise<readonly ObjectRef[]> {
  if (request === undefined) return refsIn(invocation, client);
  const { objects } = placedIn(request, await projectOf(invocation, client));
  return objects.flatMap(({ object }) => {
    const { kind, metadata } = object as WireObject;
    return parseRefs([`${kind}/${metadata.name}`], metadata.project);
  });
}

/** Instances outlive their service until they have drained and stopped; a host is there until nothing runs on it. */
async function untilGone(
  client: Client,
  refs: readonly ObjectRef[],
  timeout: Milliseconds,
  terminal: Terminal,
): Promise<void> {
  const named = (kind: string): readonly ObjectRef[] => refs.filter((ref) => ref.kind.kind === kind);
  const services = new Set(named("Service").map(({ project, name }) => `${project}/${name}`));
  const hosts = new Set(named("Host").map(({ name }) => name));
  const signal = AbortSignal.any([AbortSignal.timeout(timeout), terminal.signal]);
  const ofService = ({ metadata, ...instance }: WireObject): boolean =>
    services.has(`${metadata.project ?? "default"}/${String(valueAt(instance, "spec.service"))}`);
  const left = new Set([
    ...(services.size > 0 ? await leftAt(client, "Instance", ofService, signal) : []),
    ...(hosts.size > 0 ? await leftAt(client, "Host", ({ metadata }) => hosts.has(metadata.name), signal) : []),
  ]);
  terminal.signal.throwIfAborted();
  if (left.size > 0)
    throw new NetwrightError("NW1508", `still there: ${[...left].join(", ")}`, {
      hint: "see netwright get instances",
    });
}

/** Waits for their end. @returns the names of those that were still there when the signal came */
async function leftAt(
  client: Client,
  kind: "Instance" | "Host",
  belongs: (object: WireObject) => boolean,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { items, revision } = await client.list(kind);
  const left = new Set(items.filter(belongs).map(({ metadata }) => metadata.name));
  if (left.size === 0) return left;
  for await (const { type, object } of client.watch(kind, { since: revision, signal })) {
    if (type === "Deleted" && belongs(object)) left.delete(object.metadata.name);
    if (left.size === 0) break;
  }
  return left;
}
