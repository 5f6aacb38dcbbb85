/**
 * Which server a verb talks to: flags before environment before the running lab.
 * Environment: NETWRIGHT_SERVER (unix:PATH or https://HOST:PORT), NETWRIGHT_TOKEN_FILE, NETWRIGHT_CA_FILE, NETWRIGHT_LAB.
 */
import { readFileSync } from "node:fs";
import { createClient, nodeTransport, type Client, type Target } from "@netwright/api";
import { messageOf, NetwrightError } from "@netwright/base";
import { currentLab } from "@netwright/lab";
import type { Command } from "commander";
import { labContext } from "../lab/context.ts";
import type { Invocation } from "../verb.ts";

interface Endpoint {
  /** `unix:PATH` or `https://HOST:PORT`. */
  readonly server: string;
  readonly tokenFile: string;
  readonly caFile: string | undefined;
}

/** Adds the options that `connect` reads. */
export function connectionOptions(command: Command): void {
  command.option("--lab <name>", "use the server of this lab");
  serverOptions(command);
}

/** The same for verbs that have no use for a lab. */
export function serverOptions(command: Command): void {
  command
    .option("--server <url>", "use this server: unix:PATH or https://HOST:PORT")
    .option("--token-file <file>", "file that holds the token; a lab's own when left out")
    .option("--ca-file <file>", "certificate authority of the server");
}

/** The lab that was named; undefined leaves the choice to the lab package. */
export const labOf = ({ options, terminal }: Pick<Invocation, "options" | "terminal">): string | undefined =>
  (options["lab"] as string | undefined) ?? terminal.env["NETWRIGHT_LAB"];

/** True when the verb talks to a lab on this machine rather than to a server that was named. */
export function usesLab({ options, terminal }: Invocation): boolean {
  return options["lab"] !== undefined || (options["server"] ?? terminal.env["NETWRIGHT_SERVER"]) === undefined;
}

/** @throws NW1505 when there is no server to talk to, NW1101 when a token or CA file cannot be read. */
export async function connect(invocation: Invocation): Promise<Client> {
  const { server, tokenFile, caFile } = await endpointOf(invocation);
  const token = readText(tokenFile).trim();
  const ca = caFile === undefined ? undefined : readText(caFile);
  return createClient({ transport: nodeTransport(targetOf(server, ca)), token });
}

/** The token that `connect` sends. @throws as it does. */
export async function tokenOf(invocation: Invocation): Promise<string> {
  return readText((await endpointOf(invocation)).tokenFile).trim();
}

function targetOf(server: string, ca: string | undefined): Target {
  if (server.startsWith("unix:")) return { kind: "Socket", path: server.slice("unix:".length) };
  return { kind: "Https", url: server, ...(ca === undefined ? {} : { ca }) };
}

/** The server that was named; undefined where none was. */
export const namedServer = ({ options, terminal }: Pick<Invocation, "options" | "terminal">): string | undefined =>
  (options["server"] as string | undefined) ?? terminal.env["NETWRIGHT_SERVER"];

/** Finds the lab that is up, by its name or as the only one; undefined when there is none. */
type FindLab = (
  name: string | undefined,
) => Promise<{ readonly socketPath: string; readonly tokenPath: string } | undefined>;

/** @throws NW1505 when there is no server to talk to, NW1002 when what was named contradicts itself. */
export async function endpointOf(
  invocation: Invocation,
  findLab: FindLab = (name) => currentLab(labContext, name),
): Promise<Endpoint> {
  const { options, terminal } = invocation;
  if (options["lab"] !== undefined && options["server"] !== undefined)
    throw new NetwrightError("NW1002", "both a lab and a server are named", { hint: "use one of --lab and --server" });
  const setting = (flag: string, variable: string): string | undefined =>
    (options[flag] as string | undefined) ?? terminal.env[variable];
  const tokenFile = setting("tokenFile", "NETWRIGHT_TOKEN_FILE");
  if (usesLab(invocation)) {
    const lab = await findLab(labOf(invocation));
    if (lab !== undefined)
      return { server: `unix:${lab.socketPath}`, tokenFile: tokenFile ?? lab.tokenPath, caFile: undefined };
    throw new NetwrightError("NW1505", "no lab is running here and no server was named", {
      hint: "start one with netwright lab up, or name a server with --server",
    });
  }
  if (tokenFile === undefined) {
    throw new NetwrightError("NW1002", "a server was named without a token", {
      hint: "add --token-file or set NETWRIGHT_TOKEN_FILE",
    });
  }
  return {
    server: setting("server", "NETWRIGHT_SERVER") ?? "",
    tokenFile,
    caFile: setting("caFile", "NETWRIGHT_CA_FILE"),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new NetwrightError("NW1101", `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
