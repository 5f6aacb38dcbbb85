/** Which generations are there, and who supervises them. */
import type { Digest } from "@netwright/base";
import type { NodePaths, NodeSystem, ProcessId } from "@netwright/contract";
import { readImage, type ImageRecord } from "../image-store/index.ts";
import { bundleOf, bundlesDirectory, type Bundle } from "./layout.ts";
import type { RuntimeWant } from "./want.ts";

export interface RuntimeHave {
  readonly paths: NodePaths;
  /** By name of the generation: every bundle on disk. */
  readonly generations: ReadonlyMap<string, GenerationHave>;
  /** Of those that are wanted, what is whole on this host. */
  readonly images: ReadonlyMap<Digest, ImageRecord>;
}

export interface GenerationHave {
  /** The living supervisor; null when there is none. */
  readonly supervisor: ProcessId | null;
  /** It was told to stop. */
  readonly stopping: boolean;
  /** Digest of what it shows to proxies; undefined where it has nothing. */
  readonly identity?: string | undefined;
}

export async function observe(system: NodeSystem, want: RuntimeWant): Promise<RuntimeHave> {
  const images = await observeImages(system, want);
  const names = await system.files.list(bundlesDirectory(system.paths));
  const generations = await Promise.all(
    names.map(async (name) => {
      const found = await observeGeneration(system, bundleOf(system.paths, name));
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
  return { paths: system.paths, generations: new Map(generations.flat()), images };
}

async function observeImages(
  { files, paths }: NodeSystem,
  want: RuntimeWant,
): Promise<ReadonlyMap<Digest, ImageRecord>> {
  const digests = new Set(want.flatMap(({ run }) => run.digest ?? []));
  const records = await Promise.all([...digests].map((digest) => readImage(files, paths, digest)));
  return new Map(records.flatMap((record) => (record === undefined ? [] : [[record.digest, record] as const])));
}

/** Undefined when its supervisor has taken the bundle away since it was listed. */
async function observeGeneration(system: NodeSystem, bundle: Bundle): Promise<GenerationHave | undefined> {
  const [supervisor, stopping, identity] = await Promise.all([
    livingSupervisor(system, bundle),
    system.files.exists(bundle.stop),
    system.files.read(bundle.identity),
  ]);
  if (supervisor === null && !(await system.files.exists(bundle.directory))) return undefined;
  return { supervisor, stopping, identity };
}

export async function livingSupervisor(system: NodeSystem, bundle: Bundle): Promise<ProcessId | null> {
  const id = parseProcessLine((await system.files.read(bundle.supervisor)) ?? "");
  return id !== undefined && (await system.processes.alive(id)) ? id : null;
}

/** A line of /proc/PID/stat: fields 1 and 22 (proc(5)). */
export function parseProcessLine(line: string): ProcessId | undefined {
  const pid = parseInt(line, 10);
  const startTicks = Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[19]);
  return pid > 0 && startTicks >= 0 ? { pid, startTicks } : undefined;
}
