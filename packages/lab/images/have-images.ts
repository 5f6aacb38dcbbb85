/** Images of nodes: fetched and unpacked before anything of a lab is made, and kept on this machine for the next one. */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { NetwrightError, parseImageReference, seconds, type Digest } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import {
  collectImages,
  layerPath,
  markUsed,
  platformOf,
  pullImage,
  resolveImage,
  sweepImages,
  type PullContext,
} from "@netwright/drivers/image-store/index.ts";
import type { LabContext } from "../context.ts";
import { flock } from "../record/flock.ts";
import type { Topology } from "../topology/topology.ts";
import { listLabs } from "../verbs/list.ts";
import { nodeImage, type NodeImage, type NodeImages } from "./node-image.ts";

/** Beside what an agent of this very machine keeps, whose images may go when labs still use them. */
export const imageStore = "/var/lib/netwright/lab";

/** Octets that images may take before those go that no lab uses; no single one may be larger. */
const storeMax = 10 * 2 ** 30;
/** Files of one layer. */
const entriesMax = 500_000;
/** For whoever else fetches: one at a time, as the store wants it. */
const patience = seconds(600);

/** By the name that the manifest has. @throws NW1601 to NW1611 with the image's name when one cannot be had, NW1605 when others fetch for too long. */
export async function haveImages(
  context: LabContext,
  topology: Topology,
  signal: AbortSignal | undefined,
): Promise<NodeImages> {
  const names = [...new Set(topology.nodes.flatMap(({ image }) => image ?? []))];
  if (names.length === 0) return new Map();
  return withStore(context, async (system) => {
    await sweepImages(system);
    const found = new Map<string, NodeImage>();
    for (const name of names) found.set(name, await haveImage(system, name, signal));
    const digests = [...found.values()].map(({ digest }) => digest);
    await markUsed(system, new Set(digests));
    await collectImages(system, { used: await usedImages(context, digests), bound: storeMax });
    return found;
  });
}

async function withStore<T>(context: LabContext, action: (system: NodeSystem) => Promise<T>): Promise<T> {
  mkdirSync(imageStore, { recursive: true, mode: 0o700 });
  const lock = openSync(`${imageStore}/lock`, "a", 0o600);
  try {
    if (!(await flock(lock, patience)))
      throw new NetwrightError("NW1605", `another command fetches images into ${imageStore} for too long`);
    return await action({ ...context, paths: { run: imageStore, state: imageStore } });
  } finally {
    closeSync(lock);
  }
}

async function haveImage(system: NodeSystem, name: string, signal: AbortSignal | undefined): Promise<NodeImage> {
  const reference = parseImageReference(name);
  if (reference.kind === "Host") throw new NetwrightError("NW1205", "a node has this machine's files without an image");
  const pull: PullContext = {
    system,
    access: { authFile: null },
    platform: platformOf(process.arch),
    limits: { octets: storeMax, entries: entriesMax },
    signal: signal ?? new AbortController().signal,
    layersUnderWay: new Map(),
    onProgress: () => {},
  };
  try {
    const record = await pullImage(pull, reference, await resolveImage(pull, reference));
    return nodeImage(
      record,
      record.layers.map(({ id }) => layerPath(system.paths, id)),
    );
  } catch (error) {
    throw inImage(error, name);
  }
}

/** What images complain of does not say of which. */
function inImage(error: unknown, name: string): unknown {
  if (!(error instanceof NetwrightError)) return error;
  const hint = error.diagnostics[0]?.hint;
  return new NetwrightError(error.code, `${name}: ${error.message}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

async function usedImages(context: LabContext, more: readonly Digest[]): Promise<ReadonlySet<Digest>> {
  const labs = await listLabs(context);
  return new Set([...more, ...labs.flatMap(({ record }) => Object.values(record.images).map(({ digest }) => digest))]);
}
