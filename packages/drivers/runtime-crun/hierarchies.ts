import type { Files } from "@netwright/contract";
import { parseHierarchies, unifiedMount, type Hierarchies } from "./control-groups.ts";

/** Where limits can be set on this node. */
export async function readHierarchies(files: Files): Promise<Hierarchies> {
  const mountinfo = (await files.read("/proc/self/mountinfo")) ?? "";
  const unified = unifiedMount(mountinfo);
  const offered = unified === undefined ? undefined : await files.read(`${unified}/cgroup.controllers`);
  return parseHierarchies(mountinfo, offered ?? "");
}
