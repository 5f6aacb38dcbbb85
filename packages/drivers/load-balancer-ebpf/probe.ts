import { messageOf } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { Loader, notBuilt } from "./loader.ts";
import { programs } from "./programs.ts";

/** Has the kernel take the programs, and drops them again. */
export async function probeBalancer(system: NodeSystem): Promise<readonly string[]> {
  const found = programs();
  if (found === undefined) return [notBuilt];
  const loader = new Loader(system);
  try {
    const [answer] = await loader.ask([{ op: "probe", object: found.object }]);
    return answer instanceof Error ? [answer.message] : (answer as { readonly missing: readonly string[] }).missing;
  } catch (error) {
    return [messageOf(error)];
  } finally {
    loader.close();
  }
}
