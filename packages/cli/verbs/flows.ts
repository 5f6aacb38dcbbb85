/** `flows --dropped`: connections that a firewall refused, and the manifest line where a rule would go. */
import type { FlowRecord } from "@netwright/api";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { renderTable } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.requiredOption("--dropped", "flows that no rule allows");
    command.option("-f, --follow", "go on and print new ones");
    outputOption(command, "json", "yaml");
    connectionOptions(command);
    command.addHelpText("after", "\nExample:\n  netwright flows --dropped\n");
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, options } = invocation;
    const format = formatOf(options);
    const client = await connect(invocation);
    if (options["follow"] === true) {
      for await (const flow of client.watchDroppedFlows(terminal.signal)) {
        terminal.out(format === "json" ? `${JSON.stringify(flow)}\n` : `${row(flow).join("  ")}\n`);
      }
      return;
    }
    const flows = await client.droppedFlows();
    if (isMachine(format)) terminal.out(renderMachine(format, flows));
    else
      terminal.out(
        flows.length === 0
          ? "no flow was dropped\n"
          : renderTable(["FROM", "TO", "PORT", "PACKETS", "HOST", "RULE"], flows.map(row)),
      );
  },
};

const row = ({ from, to, source, destination, protocol, port, packets, host, hint }: FlowRecord): readonly string[] => [
  source ?? from,
  destination === undefined ? to : `${to} ${destination}`,
  `${protocol}/${port}`,
  String(packets),
  host,
  hint.text,
];
