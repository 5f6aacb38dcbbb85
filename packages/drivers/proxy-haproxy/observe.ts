/** What runs and what lies on disk, for wanted instances and for any other of ours that is left. */
import { X509Certificate } from "node:crypto";
import type { Instant } from "@netwright/base";
import type { NodePaths, NodeSystem, ProcessId } from "@netwright/contract";
import { layoutOf, proxiesDirectory, type ProxyLayout } from "./layout.ts";
import {
  membersIn,
  parseFingerprint,
  parseInfo,
  parseMap,
  parseProcessLines,
  parseStat,
  type RuntimeMember,
} from "./parse.ts";
import { render } from "./render.ts";
import { ask } from "./runtime-api.ts";
import type { ProxyInstance, ProxyWant } from "./want.ts";

export interface ProxyHave {
  readonly paths: NodePaths;
  readonly now: Instant;
  /** By instance name: all that are wanted or have left something. */
  readonly instances: ReadonlyMap<string, InstanceHave>;
}

export interface InstanceHave {
  /** Processes started for it that live, oldest first; former ones finish their connections. */
  readonly processes: readonly ProcessId[];
  /** The one of them that was started last; null when that has ended. */
  readonly newest: ProcessId | null;
  /** What the process behind the socket says of itself; null when nobody answers. */
  readonly live: LiveProxy | null;
  /** Content of the files that `render` would write, and of certificates, by path; undefined where there is none. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Paths of all certificates and authorities that are there, used or not. */
  readonly kept: readonly string[];
  readonly stoppingSince: Instant | null;
}

export interface LiveProxy {
  readonly pid: number;
  readonly structure: string;
  readonly members: readonly RuntimeMember[];
  /** SHA-1 of each loaded leaf by path; undefined where it is not loaded. */
  readonly fingerprints: ReadonlyMap<string, string | undefined>;
  /** Answer by path; empty where no listener is plain. */
  readonly challenges: ReadonlyMap<string, string>;
}

export async function observe(system: NodeSystem, want: ProxyWant): Promise<ProxyHave> {
  const wanted = new Map(want.map((instance) => [instance.name, instance]));
  const left = await system.files.list(proxiesDirectory(system.paths));
  const names = [...new Set([...wanted.keys(), ...left])].toSorted();
  const instances = await Promise.all(
    names.map(async (name) => [name, await observeInstance(system, name, wanted.get(name))] as const),
  );
  return { paths: system.paths, now: system.clock.now(), instances: new Map(instances) };
}

async function observeInstance(
  system: NodeSystem,
  name: string,
  instance: ProxyInstance | undefined,
): Promise<InstanceHave> {
  const layout = layoutOf(system.paths, name);
  const { living: processes, newest } = await livingProcesses(system, layout);
  const rendered = instance === undefined ? [] : render(instance, layout).files.map(({ path }) => path);
  const files = new Set([...rendered, ...certificatePaths(instance, layout)]);
  const stopping = await system.files.read(layout.stopping);
  return {
    processes,
    newest,
    live: processes.length === 0 ? null : await observeLive(layout, instance),
    files: new Map(await Promise.all([...files].map(async (path) => [path, await system.files.read(path)] as const))),
    kept: (await Promise.all(layout.keptIn.map((directory) => pathsIn(system, directory)))).flat(),
    stoppingSince: stopping === undefined ? null : (Number(stopping) as Instant),
  };
}

const pathsIn = async ({ files }: NodeSystem, directory: string): Promise<readonly string[]> =>
  (await files.list(directory)).map((name) => `${directory}/${name}`);

/** Every process that was started for the instance and is still there. */
export async function livingProcesses(
  system: NodeSystem,
  layout: ProxyLayout,
): Promise<{ readonly living: readonly ProcessId[]; readonly newest: ProcessId | null }> {
  const known = parseProcessLines((await system.files.read(layout.processes)) ?? "");
  const alive = await Promise.all(known.map((id) => system.processes.alive(id)));
  return {
    living: known.filter((_, index) => alive[index]),
    newest: alive.at(-1) === true ? (known.at(-1) ?? null) : null,
  };
}

async function observeLive(layout: ProxyLayout, instance: ProxyInstance | undefined): Promise<LiveProxy | null> {
  try {
    const info = parseInfo(await ask(layout.socket, "show info"));
    if (info === undefined) return null;
    const members = membersIn(parseStat(await ask(layout.socket, "show stat")));
    const fingerprints = new Map<string, string | undefined>();
    for (const path of certificatePaths(instance, layout)) {
      fingerprints.set(path, parseFingerprint(await ask(layout.socket, `show ssl cert ${path}`)));
    }
    const challenges = parseMap(await ask(layout.socket, `show map ${layout.challenges}`));
    return { pid: info.pid, structure: info.description, members, fingerprints, challenges };
  } catch {
    // Nobody listens, or somebody hangs: either way it is to be replaced.
    return null;
  }
}

/** Files of the certificates that listeners and backends use; others are never loaded. */
export function certificatePaths(instance: ProxyInstance | undefined, layout: ProxyLayout): readonly string[] {
  const listeners = instance?.run.listeners ?? [];
  const names = listeners.flatMap((listener) => (listener.kind === "Https" ? [listener.certificate] : []));
  const shown = (instance?.run.backends ?? []).flatMap(({ tls }) => tls?.certificate ?? []);
  return [...new Set([...names, ...shown])].map((name) => layout.certificate(name));
}

/** SHA-1 of the first certificate in PEM text, as HAProxy prints it; undefined when there is none. */
export function fingerprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint.replaceAll(":", "").toLowerCase();
  } catch {
    return undefined;
  }
}
