/** `trace`: the way of a connection hop by hop, names included, and where and why it stops. */
import type { ConnectionQuery, ConnectionTrace, TraceHop } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Command } from "commander";
import { connect, connectionOptions } from "../arguments/connection.ts";
import { projectOption } from "../arguments/project.ts";
import { formatOf, outputOption } from "../arguments/output.ts";
import { isMachine, renderMachine } from "../print/machine.ts";
import { renderTrace } from "../print/trace.ts";
import { withProviderRoutes } from "../trace/provider-route.ts";
import { resolveName } from "../trace/resolve-name.ts";
import { sourceOf } from "../trace/source.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.requiredOption("--from <where>", "a node of the lab, internet, an IPv6 address outside, or an instance");
    command.requiredOption("--to <target>", "HOSTNAME:PORT, NAME.internal:PORT, [ADDRESS]:PORT or INSTANCE:PORT");
    projectOption(command, "project of the instances");
    command.option("--udp", "UDP instead of TCP");
    outputOption(command, "json", "yaml");
    connectionOptions(command);
    command.addHelpText(
      "after",
      "\nExit status: 0 the connection gets through, 1 it does not.\n\nExamples:\n  netwright trace --from internet1 --to shop.example.net:443\n  netwright trace --from shop-proxy-1 --to shop-web-1:8080\n  netwright trace --from shop-web-1 --to db.internal:5432\n  netwright trace --from shop-web-1 --to api.example.net:443\n",
    );
  },
  async run(invocation: Invocation): Promise<number> {
    const { terminal, options } = invocation;
    const format = formatOf(options);
    const trace = await traceConnection(invocation);
    terminal.out(isMachine(format) ? renderMachine(format, trace) : renderTrace(trace));
    return trace.verdict === "Delivered" ? 0 : 1;
  },
};

async function traceConnection(invocation: Invocation): Promise<ConnectionTrace> {
  const { options } = invocation;
  const target = parseTarget(String(options["to"]));
  const client = await connect(invocation);
  const source = await sourceOf(invocation, client, String(options["from"]));
  const name = await resolveName(invocation, client, target.host, source);
  if (name.address === undefined && name.name === undefined)
    return {
      verdict: "Dropped",
      hops: [name.hop],
      reason: `${name.hop.place}: ${name.hop.findings[0] ?? "no address"}`,
    };
  const query: ConnectionQuery = {
    ...(name.address === undefined ? {} : { destination: name.address }),
    ...(name.name === undefined ? {} : { name: name.name }),
    port: target.port,
    protocol: options["udp"] === true ? "udp" : "tcp",
    ...source.query,
  };
  const trace = await withProviderRoutes(invocation, await client.trace(query), name.address ?? "::");
  return withName(trace, name.hop);
}

/** The look-up is the first hop; what is wrong there is what stops a client first. */
function withName(trace: ConnectionTrace, hop: TraceHop): ConnectionTrace {
  const hops = hop.step === "" ? trace.hops : [hop, ...trace.hops];
  const [finding] = hop.findings;
  if (finding === undefined) return { ...trace, hops };
  return {
    verdict: trace.verdict === "Delivered" ? "Broken" : trace.verdict,
    hops,
    reason: `${hop.place}: ${finding}`,
  };
}

function parseTarget(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new NetwrightError("NW1001", `${JSON.stringify(text)} is not a target`, {
      hint: "write HOSTNAME:PORT, [ADDRESS]:PORT or INSTANCE:PORT",
    });
  }
  return { host: match[1] ?? match[2] ?? "", port };
}
