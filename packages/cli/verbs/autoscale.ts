/** `autoscale`: services that grow and shrink by themselves. */
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { fileOption } from "../arguments/manifests.ts";
import { simulateOptions } from "../autoscale/options.ts";
import { simulate } from "../autoscale/simulate.ts";
import type { Invocation, Verb } from "../verb.ts";

const simulateEpilogue = `
Runs the decision function of production against the traffic, with a model of each tier that has autoscale. A tier
without it never runs short, unless --capacity gives it one: then it has its replicas. The same options give the same
result.

An instance's capacity is what it can answer a second when it does nothing else; left out, it is the target on
requestsPerSecond divided by 0.7, else 100. Measure it. The objective of the service says how busy an instance may be;
without one, 80 %.

A CSV has two columns, time and rate; a heading "requests" says that the second one counts the requests of a step. An
access log is in the common or combined format.

Examples:
  netwright autoscale simulate -f shop.yaml --trace requests.csv
  netwright autoscale simulate -f shop.yaml --trace access.log.gz --bucket 60s --compare all
  netwright autoscale simulate -f shop.yaml --shape on-off --seed 7 --compare hpa-v2,knative-kpa -o svg >policies.svg
  netwright autoscale simulate -f shop.yaml --shape growth --capacity web=250 --start-up web=20s..60s
`;

export const verb: Verb = {
  configure(command: Command): void {
    const simulation = command
      .command("simulate")
      .description("try a policy against a trace, beside other policies")
      .argument("[service]", "service/NAME, where the files have several");
    fileOption(simulation);
    simulateOptions(simulation);
    simulation.addHelpText("after", simulateEpilogue);
  },
  async run(invocation: Invocation): Promise<void> {
    const action = actions[invocation.subcommand ?? ""];
    if (action === undefined)
      throw new NetwrightError("NW1001", "autoscale needs a subcommand", { hint: "netwright autoscale --help lists them" });
    return action(invocation);
  },
};

const actions: Readonly<Record<string, (invocation: Invocation) => Promise<void>>> = { simulate };
