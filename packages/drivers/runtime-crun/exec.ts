/** The command line that runs a program inside a running container. Pure. */
import type { NodePaths } from "@netwright/contract";
import { workloadUser } from "./bundle.ts";
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
  const crun = [
    "crun",
    "--root",
    crunRoot(paths),
    "--cgroup-manager=disabled",
    "exec",
    "--no-new-privs",
    `--user=${workloadUser}:${workloadUser}`,
  ];
  return ["sh", "-c", script, "sh", ...groups, "--", ...crun, ...(tty ? ["--tty"] : []), generation, ...command];
}

/** What crun ends with when it could not start the program; a program may end with it too. */
export const refusedStatus = 255;

/** Why crun could not start a program, from its one line on standard error, with the status that a shell would end with. Pure. */
export function refusalOf(line: string): { readonly status: 126 | 127; readonly reason: string } | undefined {
  if (/^executable file `.*` not found in \$PATH\b/.test(line)) return { status: 127, reason: "not found" };
  const reason = /^open executable: (.+)\n$/.exec(line)?.[1];
  if (reason === undefined) return undefined;
  return /^(No such file|Not a directory)/.test(reason)
    ? { status: 127, reason: "not found" }
    : { status: 126, reason: `not executable: ${reason}` };
}
