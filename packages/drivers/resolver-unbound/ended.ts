/** Whether a resolver that was started has ended: a look that costs two small files a network, and no process. */
import type { HostState, NodeSystem } from "@netwright/contract";
import { layoutOf } from "./layout.ts";
import { parseStat } from "./parse.ts";
import { want } from "./want.ts";

export async function hasEnded({ files, processes, paths }: NodeSystem, state: HostState): Promise<boolean> {
  const ended = want(state).instances.map(async ({ vni }) => {
    const known = parseStat((await files.read(layoutOf(paths, vni).process)) ?? "");
    return known !== undefined && !(await processes.alive(known));
  });
  return (await Promise.all(ended)).includes(true);
}
