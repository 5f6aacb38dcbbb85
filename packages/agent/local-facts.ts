/** What `support-bundle` tells of the machine that it runs on, with the eyes of its agent. */
import type { HostState, NodeSystem } from "@netwright/contract";
import { join } from "node:path";

export { collectFacts } from "./facts/collect.ts";

/** What an agent here was told last; undefined when there was none. */
export async function savedState({ files, paths }: NodeSystem): Promise<HostState | undefined> {
  const text = await files.read(join(paths.state, "host-state.json")).catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { readonly state: HostState }).state;
}
