/** Running a program inside a running container. */
import { NetwrightError } from "@netwright/base";
import type { Files, NodePaths } from "@netwright/contract";
import { mountsOf, type Hierarchies } from "./control-groups.ts";
import { bundleOf, controlGroup, crunRoot } from "./layout.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

/**
 * Joins the container's control groups first, so that its limits hold for the program too. An older version may have started
 * it without one of them.
 */
const script =
  'while [ "$1" != -- ]; do [ ! -d "$1" ] || echo 0 >"$1/cgroup.procs" || exit 125; shift; done; shift; exec "$@"';

/** As whom and where the container's own program runs; variables it hands on by itself. */
export interface RunningAs {
  readonly user: { readonly uid: number; readonly gid: number };
  readonly cwd: string;
}

/** @throws NW1501 when there is no such container. */
export async function readRunningAs(
  files: Pick<Files, "read">,
  paths: NodePaths,
  instance: ContainerInstance,
): Promise<RunningAs> {
  const text = await files.read(bundleOf(paths, generationOf(instance)).config);
  if (text === undefined) throw new NetwrightError("NW1501", `${instance.id} does not run yet`);
  return (JSON.parse(text) as { readonly process: RunningAs }).process;
}

/** The command line. Pure. */
export function execCommand(
  instance: ContainerInstance,
  command: readonly string[],
  {
    paths,
    hierarchies,
    as: { user, cwd },
    tty = false,
  }: {
    readonly paths: NodePaths;
    readonly hierarchies: Hierarchies;
    readonly as: RunningAs;
    readonly tty?: boolean;
  },
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
    `--user=${user.uid}:${user.gid}`,
    `--cwd=${cwd}`,
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
