/** `doctor`: what this machine has, lacks, and what stands in the way. Changes nothing. */
import { examine, type Finding } from "@netwright/agent/doctor.ts";
import type { Command } from "commander";
import { formatOf, outputOption } from "../arguments/output.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    outputOption(command, "json", "yaml");
    command.addHelpText(
      "after",
      "\nExit status: 0 all is well, 1 something needed is missing.\n\nExample:\n  netwright doctor\n",
    );
  },
  async run({ terminal, options }: Invocation): Promise<number> {
    const format = formatOf(options);
    const findings = await examine();
    terminal.out(isMachine(format) ? renderMachine(format, findings) : render(findings));
    return findings.some(({ verdict }) => verdict === "Missing") ? 1 : 0;
  },
};

function render(findings: readonly Finding[]): string {
  const words = { Good: "ok", Missing: "missing", Note: "note" } as const;
  const rows = findings.map(({ verdict, subject, message }) => [words[verdict], subject, message]);
  return renderTable(["VERDICT", "SUBJECT", "FINDING"], rows);
}
