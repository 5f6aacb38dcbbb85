/** Options of `netwright test`. */
import { availableParallelism } from "node:os";
import { NetwrightError } from "@netwright/base";
import type { Values } from "@netwright/scenario";
import { InvalidArgumentError, Option, type Command } from "commander";

export interface TestOptions {
  readonly filter: readonly string[];
  readonly jobs: number;
  readonly repeat: number;
  readonly untilFail: boolean;
  readonly seed: number | undefined;
  readonly keep: "never" | "on-failure" | "always";
  readonly set: readonly string[];
  readonly step: boolean;
  readonly waitFail: boolean;
  readonly jumpTo: string | undefined;
  readonly reuse: string | undefined;
  readonly report: string;
  readonly dryRun: boolean;
}

const most = (max: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new InvalidArgumentError(`write a whole number from 1 to ${max}.`);
};

const seedOf = (text: string): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 2 ** 32) return value;
  throw new InvalidArgumentError("write a whole number from 0 to 4294967295.");
};

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

export function testOptions(command: Command): void {
  command
    .option(
      "--filter <text>",
      "only scenarios with this in their name; * stands for anything; may be repeated",
      collect,
      [],
    )
    .option(
      "-j, --jobs <count>",
      "labs at once; as many as there are processors when left out",
      most(64),
      availableParallelism(),
    )
    .option("--repeat <count>", "run everything so often", most(100_000), 1)
    .option(
      "--until-fail",
      "begin nothing new after the first failure; repeats 1000 times unless --repeat says otherwise",
      false,
    )
    .option("--seed <number>", "order, faults and chances as in the run that had this seed", seedOf)
    .addOption(new Option("--keep <when>", "leave labs up").choices(["never", "on-failure", "always"]).default("never"))
    .option("--set <name=value>", "a parameter, or one value of a matrix; may be repeated", collect, [])
    .option("--step", "stop before every step, with a shell in any node", false)
    .option("--wait-fail", "after a failure stop, read the edited file again and try the step again", false)
    .option("--jump-to <step>", "pass over the steps before the one of this name")
    .option("--reuse <lab>", "use a lab that is up, and pass over the set-up")
    .option("--report <dir>", "where reports and what is collected of failures go", "netwright-report")
    .option("--dry-run", "only show what would happen", false);
}

/** `NAME=VALUE`, as numbers and booleans where it looks like them. @throws NW1001 */
export function valuesOf(pairs: readonly string[]): Values {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, text] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || text === undefined)
        throw new NetwrightError("NW1001", `--set ${pair} is not NAME=VALUE`, { hint: "for example --set family=6" });
      return [
        name,
        /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text === "true" ? true : text === "false" ? false : text,
      ];
    }),
  );
}
