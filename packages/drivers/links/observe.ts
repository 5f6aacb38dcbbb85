/** Lists the kernel: all namespaces that carry our mark, and the node's own. */
import type { NodeSystem } from "@netwright/contract";
import { concurrently } from "../concurrently.ts";
import { isOurNamespace, type Netns } from "./link.ts";
import { parseNamespace, questions, type NamespaceHave } from "./parse.ts";

export interface LinksHave {
  /** By name; undefined where the name is there and no namespace behind it. Null is the node's own. */
  readonly namespaces: ReadonlyMap<Netns, NamespaceHave | undefined>;
  /** Settings of the node's own namespace, by path. */
  readonly settings: ReadonlyMap<string, string>;
}

/** What routing needs in the node's own namespace; ECMP must look at ports, or one client stays on one host. */
export const nodeSettings = [
  "/proc/sys/net/ipv6/conf/all/forwarding",
  "/proc/sys/net/ipv6/conf/default/forwarding",
  "/proc/sys/net/ipv6/fib_multipath_hash_policy",
] as const;

export async function observeLinks(system: NodeSystem): Promise<LinksHave> {
  const [names, settings] = await Promise.all([listNamespaces(system), readSettings(system)]);
  const found = await concurrently(
    [null, ...names],
    async (netns) => [netns, await observeNamespace(system, netns)] as const,
  );
  return { namespaces: new Map(found), settings };
}

async function listNamespaces(system: NodeSystem): Promise<readonly string[]> {
  const { stdout } = await system.runner.run(["ip", "-j", "netns", "list"]);
  const entries = stdout.trim() === "" ? [] : (JSON.parse(stdout) as readonly { readonly name: string }[]);
  return entries.map((entry) => entry.name).filter(isOurNamespace);
}

async function readSettings(system: NodeSystem): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await system.runner.run(["cat", ...nodeSettings]);
  const lines = stdout.split("\n");
  return new Map(nodeSettings.map((path, index) => [path, lines[index] ?? ""]));
}

async function observeNamespace(system: NodeSystem, netns: Netns): Promise<NamespaceHave | undefined> {
  const within = netns === null ? [] : ["-n", netns];
  const hasTunnel = netns !== null && netns.startsWith("nwn-");
  const [ip, fdb] = await Promise.all([
    system.runner.run(["ip", "-6", ...within, "-j", "-d", "-batch", "-"], { input: questions }),
    hasTunnel ? system.runner.run(["bridge", ...within, "-j", "fdb", "show"]) : undefined,
  ]);
  return ip.code === 0 ? parseNamespace(netns, ip.stdout, fdb?.stdout ?? "") : undefined;
}
