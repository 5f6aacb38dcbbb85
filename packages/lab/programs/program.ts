/** A program that runs in a node, and the files that it reads there. */
import type { Port, TopologyNode } from "../topology/topology.ts";

export interface NodeProgram {
  readonly node: string;
  /** Names its log and its line in `status`. */
  readonly program: string;
  readonly command: readonly [string, ...string[]];
  /** When others may rely on it; null when only its own reports can tell. */
  readonly ready: Readiness | null;
}

/** A socket that listens in the node's network namespace, or a file in its view. */
export type Readiness =
  | { readonly kind: "Tcp" | "Udp"; readonly port: number }
  | { readonly kind: "File"; readonly path: string };

export interface NodeFile {
  readonly node: string;
  /** Under /etc of the node, or under its /var/lib/netwright. */
  readonly place: "etc" | "lib";
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** The first address by which others reach a node. */
export const addressOf = (node: TopologyNode): Port["address"] =>
  node.ports.find(({ address }) => address !== null)?.address ?? null;

/** Runs a command after its run directory was made for its user. */
export const withRunDirectory = (
  path: string,
  user: string,
  command: readonly string[],
): readonly [string, ...string[]] => [
  "sh",
  "-c",
  'install -d -o "$1" -g "$1" "$0" && shift && exec "$@"',
  path,
  user,
  ...command,
];
