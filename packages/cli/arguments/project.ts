/** Which project a verb is about: the option before the environment before the token's own; `default` where there is none. */
import { defaultProject, type Client } from "@netwright/api";
import type { Command } from "commander";
import type { Invocation } from "../verb.ts";
import { parseRefs, type ObjectRef } from "./object-ref.ts";

/** @param whose as `their project`. */
export function projectOption(command: Command, whose: string): void {
  command.option("-p, --project <name>", `${whose}; when left out NETWRIGHT_PROJECT, the token's, or default`);
}

/** The one that the caller named; undefined leaves it to the token. */
export const namedProject = ({ options, terminal }: Pick<Invocation, "options" | "terminal">): string | undefined =>
  (options["project"] as string | undefined) ?? terminal.env["NETWRIGHT_PROJECT"];

export const projectOf = async (invocation: Invocation, client: Pick<Client, "self">): Promise<string> =>
  namedProject(invocation) ?? (await client.self()).project ?? defaultProject;

/** Objects named by arguments. The server is asked for the token's project only where that matters. */
export async function refsIn(
  invocation: Invocation,
  client: Pick<Client, "self">,
  args: readonly string[] = invocation.args,
): Promise<readonly ObjectRef[]> {
  const refs = parseRefs(args, namedProject(invocation));
  if (namedProject(invocation) !== undefined || refs.every(({ project }) => project === undefined)) return refs;
  return parseRefs(args, await projectOf(invocation, client));
}
