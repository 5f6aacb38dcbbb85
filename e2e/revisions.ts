/** How far nodes are with what they are asked for. */
import type { LiveLab } from "./live-lab.ts";

/** What the server holds, and what every node was asked for and reached. */
export async function revisionsOf(lab: LiveLab): Promise<unknown> {
  type Node = { readonly metadata: { readonly name: string }; readonly status: { readonly revision?: unknown } };
  const lists = await Promise.all(["hosts", "routers"].map((kind) => lab.read<{ items: readonly Node[] }>(kind)));
  const { items } = await lab.read<{ items: readonly { metadata: { resourceVersion: string } }[] }>("services");
  const reached = lists.flatMap((list) => list.items).map(({ metadata, status }) => [metadata.name, status.revision]);
  return { reached, services: items.map(({ metadata }) => metadata.resourceVersion) };
}

/** Every node has reached what it was asked for. @param seen what `revisionsOf` gave */
export function settled(seen: unknown): boolean {
  const { reached } = seen as {
    reached: readonly (readonly [string, { desired: number; observed: number } | undefined])[];
  };
  // The provider is nobody's to manage.
  return reached.every(([name, revision]) => name === "provider" || revision?.desired === revision?.observed);
}
