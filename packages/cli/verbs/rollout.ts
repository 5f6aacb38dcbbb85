/** `rollout`: how a service's tiers are replaced, and what to do about it. */
import {
  defaultProject,
  objectName,
  type Client,
  type ServiceStatus,
  type TierRolloutStatus,
  type WireObject,
} from "@netwright/api";
import { formatDuration, NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { timeoutOf, timeoutOption } from "../arguments/durations.ts";
import { wholeNumber } from "../arguments/manifests.ts";
import { parseRefs, toApiRef, type ObjectRef } from "../arguments/object-ref.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { projectOption, refsIn } from "../arguments/project.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { isOver, isWaiting, renderRevisions, renderRollouts } from "../print/rollout.ts";
import type { Invocation, Verb } from "../verb.ts";
import { settle, settleOptions } from "./shared/settle.ts";

export const verb: Verb = {
  configure(command: Command): void {
    const status = command.command("status").description("how far tiers are, and what is to be done");
    status.option("-w, --wait", "until nothing is under way; fails when it failed, or waits for somebody");
    const pause = command.command("pause").description("replace nothing more, now and later, until resume");
    const resume = command.command("resume").description("go on, or try again what failed");
    const undo = command.command("undo").description("put what runs, or ran before, into the manifest");
    undo.option("--to <revision>", "as rollout history has it", wholeNumber);
    const history = command.command("history").description("list what tiers were asked to run");
    for (const each of [status, pause, resume, undo, history]) {
      each.argument("<service>", "service/NAME, or service/NAME/TIER for one tier");
      projectOption(each, "the service's project");
      if (each === undo) settleOptions(each);
      else outputOption(each, "json", "yaml");
      if (each === status) timeoutOption(each);
      connectionOptions(each);
    }
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright rollout status service/shop --wait\n  netwright rollout pause service/shop/web\n  netwright rollout undo service/shop/web --to 3\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const action = actions[invocation.subcommand ?? ""];
    if (action === undefined)
      throw new NetwrightError("NW1001", "rollout needs a subcommand", {
        hint: "status, pause, resume, undo or history",
      });
    const client = await connect(invocation);
    await action(invocation, client, await targetOf(invocation, client));
  },
};

interface Target {
  readonly ref: ObjectRef;
  readonly tier: string | undefined;
}

/** `service/shop/web` and `team/service/shop/web` name a tier: what follows the service's name. */
async function targetOf(invocation: Invocation, client: Client): Promise<Target> {
  const [text = ""] = invocation.args;
  const match = /^((?:[^/]+\/)?(?:services?|svc)\/[^/]+)(?:\/([^/]+))?$/i.exec(text);
  const name = match?.[1] ?? text;
  const [named] = parseRefs([name]);
  if (named?.kind.kind !== "Service")
    throw new NetwrightError("NW1001", `${text} is not a service`, { hint: "write service/NAME or service/NAME/TIER" });
  const [ref = named] = await refsIn(invocation, client, [name]);
  return { ref, tier: match?.[2] };
}

type Action = (invocation: Invocation, client: Client, target: Target) => Promise<void>;

const actions: Readonly<Record<string, Action>> = {
  status: showStatus,
  history: showHistory,
  pause: (invocation, client, target) => steer(invocation, client, target, "Pause"),
  resume: (invocation, client, target) => steer(invocation, client, target, "Resume"),
  undo: undoRollout,
};

function rolloutsIn(service: WireObject, { tier }: Target): readonly TierRolloutStatus[] {
  const { rollouts = [] } = (service.status ?? {}) as Partial<ServiceStatus>;
  const chosen = rollouts.filter((each) => tier === undefined || each.tier === tier);
  if (tier === undefined || chosen.length > 0) return chosen;
  throw new NetwrightError("NW1501", `${objectName(service)} has no tier ${tier} with a workload`, {
    hint: `it has ${rollouts.map((each) => each.tier).join(", ")}`,
  });
}

async function showStatus(invocation: Invocation, client: Client, target: Target): Promise<void> {
  const { options } = invocation;
  const service =
    options["wait"] === true ? await untilOver(invocation, client, target) : await client.get(toApiRef(target.ref));
  const rollouts = rolloutsIn(service, target);
  const name = objectName(service);
  print(invocation, rollouts, () => renderRollouts(name, rollouts));
  const failed = rollouts.find(({ phase }) => phase === "RolledBack" || phase === "Stopped");
  const waiting = rollouts.find(isWaiting);
  if (options["wait"] !== true || (failed ?? waiting) === undefined) return;
  if (failed !== undefined)
    throw new NetwrightError(
      "NW1407",
      `revision ${failed.asked} of ${name}/${failed.tier} failed: ${failed.reason ?? ""}`,
    );
  throw new NetwrightError("NW1508", `the rollout of ${name}/${waiting?.tier ?? ""} is paused`, {
    hint: `netwright rollout resume ${name}/${waiting?.tier ?? ""}`,
  });
}

async function untilOver({ terminal, options }: Invocation, client: Client, target: Target): Promise<WireObject> {
  const { ref } = target;
  const { revision } = await client.list("Service", ref.project);
  const isDone = (service: WireObject): boolean =>
    rolloutsIn(service, target).every((each) => isOver(each) || isWaiting(each));
  const first = await client.get(toApiRef(ref));
  if (isDone(first)) return first;
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutOf(options)), terminal.signal]);
  for await (const { type, object } of client.watch("Service", { since: revision, signal })) {
    if (object.metadata.name !== ref.name || object.metadata.project !== ref.project) continue;
    if (type !== "Deleted" && isDone(object)) return object;
  }
  terminal.signal.throwIfAborted();
  throw new NetwrightError("NW1508", `the rollout is still under way after ${formatDuration(timeoutOf(options))}`);
}

async function showHistory(invocation: Invocation, client: Client, target: Target): Promise<void> {
  const rollouts = rolloutsIn(await client.get(toApiRef(target.ref)), target);
  const listed = rollouts.map(({ tier, asked, runs, revisions }) => ({ tier, asked, runs, revisions }));
  print(invocation, listed, () => renderRevisions(rollouts));
}

async function steer(
  invocation: Invocation,
  client: Client,
  target: Target,
  action: "Pause" | "Resume",
): Promise<void> {
  await client.rollout({ ...requestOf(target), action });
  const service = await client.get(toApiRef(target.ref));
  const rollouts = rolloutsIn(service, target);
  print(invocation, rollouts, () => renderRollouts(objectName(service), rollouts));
}

const requestOf = ({ ref, tier }: Target) => ({
  project: ref.project ?? defaultProject,
  service: ref.name,
  ...(tier === undefined ? {} : { tier }),
});

async function undoRollout(invocation: Invocation, client: Client, target: Target): Promise<void> {
  const { terminal, options } = invocation;
  const started = terminal.clock.monotonic();
  const to = options["to"] === undefined ? {} : { revision: Number(options["to"]) };
  const request = { ...requestOf(target), action: "Undo", ...to } as const;
  await settle(invocation, client, await client.rollout(request, { dryRun: options["dryRun"] === true }), started);
}

function print({ terminal, options }: Invocation, value: unknown, text: () => string): void {
  const format = formatOf(options);
  terminal.out(isMachine(format) ? renderMachine(format, value) : text());
}
