/** `autoscale pause` and `autoscale resume`: what is not to grow, shrink, or listen to a metric. */
import { defaultProject } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOption, refsIn } from "../arguments/project.ts";
import type { Invocation } from "../verb.ts";
import { settle, settleOptions } from "../verbs/shared/settle.ts";
import { serviceNamed } from "./explain.ts";

export function configurePause(parent: Command): void {
  const pausing = parent.command("pause").description("leave sizes as they are: all, one direction, or one metric");
  const resuming = parent.command("resume").description("let a service grow and shrink by itself again");
  for (const command of [pausing, resuming]) {
    command
      .argument("<service>", "service/NAME")
      .option("--tier <name...>", "only these tiers")
      .option("--up", "only growing")
      .option("--down", "only shrinking")
      .option("--metric <name...>", "only these metrics");
    projectOption(command, "the service's project");
    settleOptions(command);
    connectionOptions(command);
  }
}

export const pause = (invocation: Invocation): Promise<void> => change(invocation, true);
export const resume = (invocation: Invocation): Promise<void> => change(invocation, false);

async function change(invocation: Invocation, paused: boolean): Promise<void> {
  const { terminal, args, options } = invocation;
  const started = terminal.clock.monotonic();
  const [service = ""] = args;
  serviceNamed(service);
  const client = await connect(invocation);
  const directions = [
    ...(options["up"] === true ? ["Up" as const] : []),
    ...(options["down"] === true ? ["Down" as const] : []),
  ];
  const tiers = options["tier"] as string[] | undefined;
  const metrics = options["metric"] as string[] | undefined;
  for (const ref of await refsIn(invocation, client, [service])) {
    const request = {
      project: ref.project ?? defaultProject,
      service: ref.name,
      ...(tiers === undefined ? {} : { tiers }),
      ...(directions.length === 0 ? {} : { directions }),
      ...(metrics === undefined ? {} : { metrics }),
      paused,
    };
    const response = await client.pauseAutoscale(request, { dryRun: options["dryRun"] === true });
    await settle(invocation, client, response, started);
  }
}
