/** `lab impair`, `lab fault` and `lab heal`: faults by hand. */
import { readFault, type Fault } from "@netwright/api";
import { messageOf, NetwrightError } from "@netwright/base";
import { beginFault, endFaults, findLab, heal, linkOf, type FaultStatus } from "@netwright/lab";
import type { Command } from "commander";
import { parse } from "yaml";
import { labOf } from "../arguments/connection.ts";
import { wholeNumber } from "../arguments/manifests.ts";
import type { Invocation } from "../verb.ts";
import { labContext } from "./context.ts";

/** Options of `impair` that stand in `impair:` under the same name. */
const effects = {
  loss: ["<share>", "frames that vanish, for example 10%"],
  delay: ["<span>", "each way, for example 20ms"],
  jitter: ["<span>", "the delay varies by so much"],
  rate: ["<rate>", "no more a second, for example 10mbit"],
  reorder: ["<share>", "frames that overtake what is delayed"],
  duplicate: ["<share>", "frames that arrive twice"],
  corrupt: ["<share>", "frames that arrive with a bit flipped"],
} as const;

export function configureImpair(command: Command): void {
  command.argument("<link>", "name of a link, or NODE:INTERFACE");
  for (const [name, [value, text]] of Object.entries(effects)) command.option(`--${name} ${value}`, text);
  command
    .option("--seed <number>", "same seed, same frames", wholeNumber)
    .option("--protocol <name>", "only tcp, udp, icmp or arp-nd")
    .option("--port <number>", "only from or to this port", wholeNumber)
    .option("--to <whom>", "only for an address, a prefix or a node")
    .option("--from <node>", "only what this end sends; both ends when left out")
    .option("--for <span>", "ends by itself; by heal when left out");
}

export const configureFault = (command: Command): void =>
  void command.argument("<fault>", "as in a scenario, in YAML: '{node: internet2, state: paused, for: 10s}'");

export const configureHeal = (command: Command): void =>
  void command.argument("[link]").option("--all", "end every fault of the lab");

export async function impair(invocation: Invocation): Promise<void> {
  const { args, options } = invocation;
  const given = (names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
  const match = given(["protocol", "port", "to"]);
  const wanted = readFault({
    link: args[0],
    impair: { ...given([...Object.keys(effects), "seed"]), ...(Object.keys(match).length === 0 ? {} : { match }) },
    ...given(["from", "for"]),
  });
  const { record } = await findLab(labContext, labOf(invocation));
  const same = (other: FaultStatus): boolean =>
    other.fault.impair !== undefined &&
    other.fault.from === wanted.from &&
    linkOf(record.topology, other) === linkOf(record.topology, { fault: wanted });
  // What was said before of this link and direction is taken back.
  await begin(invocation, wanted, () => endFaults(labContext, record.name, same));
}

export async function makeFault(invocation: Invocation): Promise<void> {
  await begin(invocation, readFault(yaml(invocation.args[0] ?? "")));
}

function yaml(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch (cause) {
    throw new NetwrightError("NW1102", `the fault is not YAML: ${messageOf(cause).split("\n")[0]}`, {
      hint: "for example '{node: host1, state: paused}'",
      cause,
    });
  }
}

async function begin(
  invocation: Invocation,
  wanted: Fault,
  before: () => Promise<unknown> = async () => {},
): Promise<void> {
  const { record } = await findLab(labContext, labOf(invocation));
  await before();
  const [seed = 0] = labContext.entropy.bytes(1);
  const outcome = await beginFault(labContext, record.name, wanted, { seed });
  if (outcome.kind === "Skipped") throw new NetwrightError("NW1603", `not possible here: ${outcome.reason}`);
  invocation.terminal.out(`${outcome.fault.description}\n`);
}

export async function healFaults(invocation: Invocation): Promise<void> {
  const { args, options, terminal } = invocation;
  const [link] = args;
  const lab = labOf(invocation);
  const all = options["all"] === true;
  if (all === (link !== undefined)) {
    throw new NetwrightError(all ? "NW1002" : "NW1001", all ? "--all is for no link" : "heal needs a link or --all", {
      hint: "netwright lab status shows what is wrong",
    });
  }
  if (link !== undefined) {
    const name = await heal(labContext, { link, ...(lab === undefined ? {} : { lab }) });
    return terminal.out(`${name} is whole\n`);
  }
  const ended = await endFaults(labContext, lab);
  terminal.out(
    ended.length === 0 ? "nothing was wrong\n" : ended.map(({ description }) => `ended: ${description}\n`).join(""),
  );
}
