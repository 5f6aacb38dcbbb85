/** `doctor`: what this machine has, lacks, and what stands in the way. Changes nothing. */
import { hostname } from "node:os";
import { examine, type Finding } from "@netwright/agent/doctor.ts";
import type { Command } from "commander";
import { serverOptions } from "../arguments/connection.ts";
import { optionalFileOption } from "../arguments/manifests.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { faultFindings } from "../doctor/fault-findings.ts";
import { knownSite } from "../doctor/known-site.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

const epilogue = `
Compares this machine with the manifests of -f, with the objects of a server that is named, and with what an agent
here was told last. Without any of them it looks at the machine alone, and says which faults of labs it can have.
Packets are sent to neighbours to see whether large ones pass; nothing is changed.

Exit status: 0 all is well or worth a note, 1 there is a problem.

Examples:
  netwright doctor
`;

export const verb: Verb = {
  configure(command: Command): void {
    optionalFileOption(command);
    command
      .option("--as <node>", "the Host or Router that this machine is, or is to be")
      .option("--run <dir>", "the agent's --run", "/run/netwright")
      .option("--state <dir>", "the agent's --state", "/var/lib/netwright");
    serverOptions(command);
    outputOption(command, "json", "yaml");
    command.addHelpText("after", epilogue);
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, options } = invocation;
    const format = formatOf(options);
    const paths = { run: options["run"] as string, state: options["state"] as string };
    const { site, node, time, findings } = await knownSite(invocation, paths);
    // On machines of a site nobody runs labs.
    const isAlone = node === null && site.nodes.length === 0;
    const faults = isAlone ? await faultFindings(process.getuid?.() === 0) : [];
    const found = [...findings, ...faults, ...(await examine({ paths, site, node, hostname: hostname(), time }))];
    terminal.out(isMachine(format) ? renderMachine(format, found) : render(found));
    return found.some(({ verdict }) => verdict === "Problem") ? 1 : 0;
  },
};

const words = { Good: "ok", Problem: "problem", Note: "note" } as const;

function render(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ verdict, code, subject, message, meaning, hint }) => [
    [words[verdict], code ?? "-", subject, message],
    ...(meaning === undefined ? [] : [["", "", "", `  ${meaning}`]]),
    ...(hint === undefined ? [] : [["", "", "", `  hint: ${hint}`]]),
  ]);
  return renderTable(["VERDICT", "CODE", "SUBJECT", "FINDING"], rows);
}
