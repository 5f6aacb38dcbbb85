/** One thing changed in a kernel, and changed back. */
import { networkNamespace, type HostState } from "@netwright/contract";
import type { TestNode } from "@netwright/drivers/testing/node.ts";
import type { DifferenceKind } from "../difference.ts";

export interface Mutation {
  readonly name: string;
  readonly netns: string | null;
  /** Any of them must be told of the namespace. */
  readonly kinds: readonly DifferenceKind[];
  /** Must stand in what is told. */
  readonly says: string;
  readonly make: () => Promise<unknown>;
  readonly undo: () => Promise<unknown>;
}

/** Standard output of a command that must succeed in a namespace of a node. */
export const shell = (node: TestNode, netns: string | null, command: string): Promise<string> =>
  node.sh(command, netns ?? undefined);

/** @throws when nft refuses */
export async function loadNft(node: TestNode, netns: string | null, script: string): Promise<void> {
  const options = { input: script, ...(netns === null ? {} : { netns }) };
  const { code, stderr } = await node.system.runner.run(["nft", "-f", "-"], options);
  if (code !== 0) throw new Error(`${script}\n${stderr}`);
}

export function tenantOf(state: HostState): string {
  const [network] = state.networks;
  if (network === undefined) throw new Error("a network is needed");
  return networkNamespace(network);
}
