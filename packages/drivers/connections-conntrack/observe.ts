/** Lists the tracked connections of every tenant namespace. */
import { NetwrightError } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { parseConnections, type Connection } from "./parse.ts";
import type { ConnectionsWant } from "./want.ts";

/** By namespace. */
export type ConnectionsHave = ReadonlyMap<string, readonly Connection[]>;

export async function observeConnections(
  system: NodeSystem,
  want: readonly ConnectionsWant[],
): Promise<ConnectionsHave> {
  return new Map(await Promise.all(want.map(async ({ netns }) => [netns, await list(system, netns)] as const)));
}

/** @throws NW1601 when conntrack refuses for another reason than a namespace that is not there yet. */
async function list(system: NodeSystem, netns: string): Promise<readonly Connection[]> {
  const { code, stdout, stderr } = await system.runner.run(["conntrack", "-L", "-f", "ipv6", "-o", "extended"], {
    netns,
  });
  if (code === 0) return parseConnections(stdout);
  if (/No such file or directory/.test(stderr)) return [];
  throw new NetwrightError("NW1601", `conntrack -L: ${stderr.trim()}`, { subject: netns });
}
