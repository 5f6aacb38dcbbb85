/** The command line that runs a program inside a running container. Pure. */
import type { NodePaths } from "@netwright/contract";
import { mountsOf, type Hierarchies } from "./control-groups.ts";
import { controlGroup, crunRoot } from "./layout.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

/** Joins the container's control groups first, so that its limits hold for the program too. */
const script = 'while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs" || exit 125; shift; done; shift; exec "$@"';

export function execCommand(
  instance: ContainerInstance,
  command: readonly string[],
  {
    paths,
    hierarchies,
    tty = false,
  }: { readonly paths: NodePaths; readonly hierarchies: Hierarchies; readonly tty?: boolean },
): readonly [string, ...string[]] {
  const generation = generationOf(instance);
  const groups = mountsOf(hierarchies).map(({ mount }) => `${mount}${controlGroup(paths, generation)}`);
  const crun = ["crun", "--root", crunRoot(paths), "--cgroup-manager=disabled", "exec", "--no-new-privs"];
  return ["sh", "-c", script, "sh", ...groups, "--", ...crun, ...(tty ? ["--tty"] : []), generation, ...command];
}
