/** What runs and what it has loaded, for wanted networks and for any other that is left. */
import type { NodePaths, NodeSystem, ProcessId } from "@netwright/contract";
import { ask } from "./control.ts";
import { layoutOf, resolversDirectory, type ResolverLayout } from "./layout.ts";
import { parseResolvConf, resolvConfPath } from "./name-servers.ts";
import { parseDigest, parseSerial, parseStat } from "./parse.ts";
import type { ResolverWant } from "./want.ts";

export interface ResolverHave {
  readonly paths: NodePaths;
  /** Those of the node's own resolv.conf(5). */
  readonly nameServers: readonly string[];
  /** By VNI: all that are wanted or have left something. */
  readonly instances: ReadonlyMap<string, InstanceHave>;
}

export interface InstanceHave {
  /** Null when it has ended, or never was. */
  readonly process: ProcessId | null;
  /** What the process says of itself; null when it does not answer. */
  readonly live: LiveResolver | null;
  readonly config: string | undefined;
  readonly zone: string | undefined;
  readonly script: string | undefined;
  readonly patterns: string | undefined;
}

export interface LiveResolver {
  readonly digest: string | undefined;
  readonly serial: number | undefined;
}

export async function observe(system: NodeSystem, { instances }: ResolverWant): Promise<ResolverHave> {
  const { files, paths } = system;
  const left = await files.list(resolversDirectory(paths));
  const keys = [...new Set([...instances.map(({ vni }) => String(vni)), ...left])];
  const found = await Promise.all(
    keys.map(async (vni) => [vni, await observeInstance(system, layoutOf(paths, vni))] as const),
  );
  const own = await files.read(resolvConfPath);
  return { paths, nameServers: parseResolvConf(own ?? ""), instances: new Map(found) };
}

async function observeInstance({ files, processes }: NodeSystem, layout: ResolverLayout): Promise<InstanceHave> {
  const [stat, config, zone, script, patterns] = await Promise.all(
    [layout.process, layout.config, layout.zone, layout.script, layout.patterns].map((path) => files.read(path)),
  );
  const known = parseStat(stat ?? "");
  const process = known !== undefined && (await processes.alive(known)) ? known : null;
  return { process, live: process === null ? null : await observeLive(layout), config, zone, script, patterns };
}

/** Null when nobody answers. */
export async function observeLive({ socket }: ResolverLayout): Promise<LiveResolver | null> {
  try {
    const [identity, zones] = await Promise.all([ask(socket, "get_option identity"), ask(socket, "list_auth_zones")]);
    return { digest: parseDigest(identity), serial: parseSerial(zones) };
  } catch {
    return null;
  }
}
