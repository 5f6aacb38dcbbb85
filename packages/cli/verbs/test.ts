/** `test`: scenarios over several machines, from files. */
import { NetwrightError } from "@netwright/base";
import { loadScenarios, selected, type Job } from "@netwright/scenario";
import type { Command } from "commander";
import { scenarioFiles, scenarioSources } from "../scenario/sources.ts";
import { testOptions, valuesOf, type TestOptions } from "../scenario/options.ts";
import { runTests } from "../scenario/run-tests.ts";
import type { Invocation, Verb } from "../verb.ts";

const epilogue = `
Builds each scenario's network in a lab of its own, does its steps, checks, and removes the lab. Scenarios run side by
side in an order that the seed decides. Directories stand for all scenarios and suites in them.

With --step and --wait-fail: Enter goes on, s skips the step, c goes on without stopping, NODE opens a shell there,
q ends. After a failure Enter reads the file again and tries the step again.

Exit status: 0 all passed, 1 something failed, 4 a file is wrong.

Examples:
  netwright test examples/scenarios/ --dry-run
  netwright test examples/scenarios/two-hosts-and-a-router.yaml --seed 7
  netwright test examples/scenarios/ --filter two-hosts --repeat 3 -j 1 --seed 7
`;

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("<path...>", "files and directories");
    testOptions(command);
    command.addHelpText("after", epilogue);
  },
  async run(invocation: Invocation): Promise<number> {
    const options = invocation.options as unknown as TestOptions;
    const { terminal } = invocation;
    const seed = options.seed ?? randomSeed();
    const texts = new Map<string, string>();
    const files = await scenarioFiles(invocation.args);
    const load = (paths: readonly string[]) =>
      loadScenarios(paths, scenarioSources(texts), { set: valuesOf(options.set), seed });
    const { jobs, diagnostics } = await load(files);
    if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
    const wanted = selected(jobs, options.filter);
    if (wanted.length === 0)
      throw new NetwrightError("NW1001", "no scenario has such a name", { hint: `there are: ${namesOf(jobs)}` });
    if (options.dryRun) {
      terminal.out(wanted.map(planOf).join(""));
      return 0;
    }
    return runTests({ invocation, options, jobs: wanted, seed, load });
  },
};

const namesOf = (jobs: readonly Job[]): string =>
  jobs
    .flatMap(({ scenarios }) => scenarios.map(({ id }) => id))
    .slice(0, 40)
    .join(", ");

const planOf = ({ name, network, shared, scenarios }: Job): string =>
  [
    ...(shared === undefined ? [] : [`${name} (suite)`]),
    ...scenarios.map(({ id, file, spec }) => {
      const { nodes, links } = network.topology;
      const size = `${nodes.length} nodes, ${links.length} links, ${spec.steps.length} steps`;
      return `${shared === undefined ? "" : "  "}${id}  ${size}  ${file}`;
    }),
  ]
    .map((line) => `${line}\n`)
    .join("");

const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
