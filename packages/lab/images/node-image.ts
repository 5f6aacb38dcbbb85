/** What a node takes over from an image. Pure. */
import { posix } from "node:path";
import { formatImageReference, parseImageReference, type Digest } from "@netwright/base";
import type { Lab } from "@netwright/api";
import type { ImageRecord } from "@netwright/drivers/image-store/index.ts";

export interface NodeImage {
  readonly digest: Digest;
  /** Directories of this machine, from the bottom up. */
  readonly layers: readonly string[];
  /** Of commands at the node that say nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** Where they start. */
  readonly workingDir: string;
}

export type NodeImages = ReadonlyMap<string, NodeImage>;

type ImageConfig = Pick<ImageRecord, "digest" | "env" | "entrypoint" | "cmd" | "workingDir">;

/** Nothing of an image starts by itself: what it would run stands in `IMAGE_COMMAND`, as words of the shell. */
export function nodeImage(
  { digest, env, entrypoint, cmd, workingDir }: ImageConfig,
  layers: readonly string[],
): NodeImage {
  const variables = env.map((entry) => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)] as const;
  });
  const command = [...entrypoint, ...cmd].map(quoted).join(" ");
  return { digest, layers, env: { ...Object.fromEntries(variables), IMAGE_COMMAND: command }, workingDir };
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Layouts and archives lie beside the file that names them. @param directory of that file */
export function imagesBeside(lab: Lab, directory: string): Lab {
  const nodes = lab.spec.nodes.map((node) => {
    if (node.image === undefined) return node;
    const reference = parseImageReference(node.image);
    if (reference.kind === "Host" || reference.kind === "Registry") return node;
    return { ...node, image: formatImageReference({ ...reference, path: posix.join(directory, reference.path) }) };
  });
  return { ...lab, spec: { ...lab.spec, nodes } };
}
