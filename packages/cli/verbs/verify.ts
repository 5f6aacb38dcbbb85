/** `verify`: proves contracts, of manifests without any server, or of what a server has now. */
import { milliseconds, NetwrightError } from "@netwright/base";
import { Option, type Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { optionalFileOption, readWritten, repeatable } from "../arguments/manifests.ts";
import { renderMachine } from "../print/machine.ts";
import { renderProof } from "../print/proof.ts";
import { renderProofJunit } from "../print/proof-junit.ts";
import type { Invocation, Verb } from "../verb.ts";
import { chosenClauses } from "../verify/chosen-clauses.ts";
import { statusOf } from "../verify/exit-status.ts";
import { siteOptions, verifyOnSite } from "../verify/on-site.ts";
import { proveFiles, type FileProof } from "../verify/prove-files.ts";

const epilogue = `
With -f no server is asked: where the manifests lead once everything is ready is compiled here, and proved of all packets. With
--before it is also proved that invariants hold between every two steps from there. Without -f: of what the server has now.
Hosts, routers and pools that no manifest says stand in; the output names them.

Exit status: 0 all is proved or justified, 1 something is refuted, 7 nothing is refuted but something is not proved, 4 a manifest is wrong.

--live proves what the kernels of all nodes print, and names what somebody has changed there by hand. --test tries real connections
for every clause and compares them with what the prover says; status 1 is a disagreement.

Examples:
  netwright verify -f examples/shop.yaml
  netwright verify -f examples/ --before examples/shop.yaml -o junit
  netwright verify --clause service/shop -v
  netwright verify --live
  netwright verify --test
`;

interface Options {
  readonly file?: readonly string[];
  readonly before?: readonly string[];
  readonly hosts?: readonly string[];
  readonly clause?: string;
  readonly verbose?: true;
  readonly output?: "json" | "yaml" | "junit";
}

export const verb: Verb = {
  configure(command: Command): void {
    optionalFileOption(command);
    command
      .option("--before <path>", "manifests that a change starts from; may be repeated", repeatable)
      .option("--hosts <path>", "manifests of hosts, routers and pools; may be repeated", repeatable)
      .option("--clause <name>", "only clauses of this name or of this object")
      .option("-v, --verbose", "list also what is proved")
      .addOption(
        new Option("-o, --output <format>", "instead of the form for people").choices(["json", "yaml", "junit"]),
      );
    siteOptions(command);
    connectionOptions(command);
    command.addHelpText("after", epilogue);
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal } = invocation;
    const onSite = await verifyOnSite(invocation);
    if (onSite !== undefined) return onSite;
    const options = invocation.options as Options;
    const [begunAt, started] = [terminal.clock.now(), terminal.clock.monotonic()];
    const proof = await proofOf(invocation, options);
    const report = chosenClauses(proof.report, options.clause);
    const took = milliseconds(terminal.clock.monotonic() - started);
    terminal.out(
      options.output === "junit"
        ? renderProofJunit(report, { begunAt, took })
        : print({ ...proof, report }, options, terminal.colors.out),
    );
    return statusOf(report);
  },
};

type Proof = Pick<FileProof, "report"> & Partial<FileProof>;

async function proofOf(invocation: Invocation, { file, before, hosts }: Options): Promise<Proof> {
  if (file !== undefined)
    return proveFiles(
      {
        after: await readWritten(file),
        before: before === undefined ? undefined : await readWritten(before),
        site: hosts === undefined ? [] : await readWritten(hosts),
      },
      invocation.terminal.clock.now(),
    );
  if (before !== undefined || hosts !== undefined)
    throw new NetwrightError("NW1002", "--before and --hosts are for manifests", { hint: "name these with -f" });
  return { report: await (await connect(invocation)).proof() };
}

function print(
  { report, standIns = [], elsewhere = [] }: Proof,
  { output, verbose }: Options,
  colored: boolean,
): string {
  if (output === "json" || output === "yaml") return renderMachine(output, { ...report, standIns, elsewhere });
  const notes = [
    ...(standIns.length === 0 ? [] : [`standing in for what these manifests do not say: ${standIns.join(", ")}\n`]),
    ...(elsewhere.length === 0 ? [] : [`taken to be there: ${elsewhere.join(", ")}\n`]),
  ];
  const text = renderProof(report, { all: verbose === true, colored });
  return notes.length === 0 ? text : `${notes.join("")}\n${text}`;
}
