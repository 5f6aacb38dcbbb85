/** `autoscale`: services that grow and shrink by themselves. */
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { configureExplain, explain } from "../autoscale/explain.ts";
import { configureSimulate } from "../autoscale/options.ts";
import { configurePause, pause, resume } from "../autoscale/pause.ts";
import { simulate } from "../autoscale/simulate.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    configureExplain(command);
    configurePause(command);
    configureSimulate(command);
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright autoscale explain service/shop\n  netwright autoscale pause service/shop --down\n  netwright autoscale resume service/shop\n  netwright autoscale simulate -f shop.yaml --trace requests.csv\n",
    );
  },
  async run(invocation: Invocation): Promise<void> {
    const action = actions[invocation.subcommand ?? ""];
    if (action === undefined)
      throw new NetwrightError("NW1001", "autoscale needs a subcommand", {
        hint: "netwright autoscale --help lists them",
      });
    await action(invocation);
  },
};

const actions: Readonly<Record<string, (invocation: Invocation) => Promise<void>>> = {
  explain,
  pause,
  resume,
  simulate,
};
