/** `verify --live` and `verify --test`: what needs a site that runs. */
import { milliseconds, NetwrightError } from "@netwright/base";
import { Option, type Command } from "commander";
import { connect } from "../arguments/connection.ts";
import { wholeNumber } from "../arguments/manifests.ts";
import { renderMachine } from "../print/machine.ts";
import { renderClause, renderProof } from "../print/proof.ts";
import { renderProofJunit } from "../print/proof-junit.ts";
import { renderTests, renderTestsJunit } from "../print/test-cases.ts";
import type { Invocation } from "../verb.ts";
import { chosenClauses } from "./chosen-clauses.ts";
import { statusOf } from "./exit-status.ts";
import { probePlaces } from "./probe-places.ts";
import { proveKernels } from "./prove-kernels.ts";
import { statusOfTests, testContracts } from "./test-contracts.ts";

interface Options {
  readonly live?: true;
  readonly test?: true;
  readonly fromHere?: true;
  readonly maxCases: number;
  readonly file?: readonly string[];
  readonly clause?: string;
  readonly verbose?: true;
  readonly output?: "json" | "yaml" | "junit";
}

const usualCases = 500;

export function siteOptions(command: Command): void {
  command
    .option("--live", "prove what the kernels of all nodes print")
    .option("--test", "try connections for every clause, proved or not, and compare")
    .addOption(
      new Option("--max-cases <count>", "with --test: connections that are tried")
        .argParser(wholeNumber)
        .default(usualCases),
    )
    .option("--from-here", "with --test: this machine is in the internet; else a client of the lab is");
}

/** @returns the exit status; undefined where neither is asked for. @throws NW1002 for options that contradict each other */
export async function verifyOnSite(invocation: Invocation): Promise<number | undefined> {
  const options = invocation.options as unknown as Options;
  const { live, test, fromHere, file } = options;
  if (fromHere === true && test !== true) throw new NetwrightError("NW1002", "--from-here is for --test");
  if (live !== true && test !== true) return undefined;
  if (live === true && test === true)
    throw new NetwrightError("NW1002", "--live and --test are two questions", { hint: "ask one after the other" });
  if (file !== undefined)
    throw new NetwrightError("NW1002", `${live === true ? "--live" : "--test"} is about what runs, not about files`, {
      hint: "leave -f out",
    });
  return live === true ? verifyLive(invocation, options) : verifyByTest(invocation, options);
}

async function verifyLive(invocation: Invocation, { clause, output, verbose }: Options): Promise<number> {
  const { terminal } = invocation;
  const { clock, signal, live, err } = terminal;
  const [begunAt, started] = [clock.now(), clock.monotonic()];
  const onProgress = (node: string): void => (live ? err(`${eraseLine}  ${node} is read`) : undefined);
  const proof = await proveKernels(await connect(invocation), { clock, signal, onProgress });
  if (live) err(eraseLine);
  const report = chosenClauses(proof.report, clause);
  const took = milliseconds(clock.monotonic() - started);
  if (output === "junit") terminal.out(renderProofJunit(report, { begunAt, took }));
  else if (output !== undefined) terminal.out(renderMachine(output, { ...report, repaired: proof.repaired }));
  else {
    const colored = terminal.colors.out;
    const passing = proof.repaired.map((each) => `put right meanwhile: ${renderClause(each, colored)}\n`);
    terminal.out(`${passing.join("")}${renderProof(report, { all: verbose === true, colored })}`);
  }
  return statusOf(report);
}

const eraseLine = "\r\u001b[K";

async function verifyByTest(
  invocation: Invocation,
  { clause, output, verbose, maxCases, fromHere }: Options,
): Promise<number> {
  const { terminal } = invocation;
  const { clock } = terminal;
  const [begunAt, started] = [clock.now(), clock.monotonic()];
  const client = await connect(invocation);
  const places = await probePlaces(invocation, client, fromHere === true);
  const tests = await testContracts(client, places, { most: maxCases, clause }, terminal);
  const took = milliseconds(clock.monotonic() - started);
  terminal.out(
    output === "junit"
      ? renderTestsJunit(tests, { begunAt, took })
      : output === undefined
        ? renderTests(tests, { all: verbose === true, colored: terminal.colors.out })
        : renderMachine(output, tests),
  );
  return statusOfTests(tests);
}
