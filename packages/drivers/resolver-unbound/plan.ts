/** The least disturbing way from what is there to what should be. Pure. */
import type { Plan, ProcessId } from "@netwright/contract";
import { layoutOf, type ResolverLayout } from "./layout.ts";
import type { InstanceHave, ResolverHave } from "./observe.ts";
import { render, type Rendered } from "./render.ts";
import type { ResolverInstance, ResolverWant } from "./want.ts";

interface Target {
  /** For people. */
  readonly network: string;
  readonly layout: ResolverLayout;
}

export type ResolverChange = Target &
  (
    | {
        readonly kind: "Start";
        readonly files: Rendered;
        /** In the way: it does not answer, or cannot take the new configuration. */ readonly former: ProcessId | null;
      }
    /** Its sockets stay open, its cache is lost. */
    | { readonly kind: "Reload"; readonly files: Rendered }
    /** Nothing else is touched. */
    | { readonly kind: "LoadNames"; readonly files: Rendered }
    | { readonly kind: "WriteFiles"; readonly files: Rendered }
    | { readonly kind: "Stop"; readonly process: ProcessId | null }
  );

export function plan(want: ResolverWant, have: ResolverHave): Plan<ResolverChange> {
  const nameServers = want.nameServers ?? have.nameServers;
  const wanted = new Set(want.instances.map(({ vni }) => String(vni)));
  return {
    install: want.instances.flatMap((instance) => install(instance, nameServers, have)),
    retire: [...have.instances]
      .filter(([vni]) => !wanted.has(vni))
      .map(([vni, { process }]) => ({
        kind: "Stop",
        network: `with VNI ${vni}`,
        layout: layoutOf(have.paths, vni),
        process,
      })),
  };
}

function install(
  instance: ResolverInstance,
  nameServers: readonly string[],
  { paths, instances }: ResolverHave,
): readonly ResolverChange[] {
  const layout = layoutOf(paths, instance.vni);
  const files = render(instance, nameServers, layout);
  const kind = kindOf(files, instances.get(String(instance.vni)));
  if (kind === undefined) return [];
  const target = { network: instance.network, layout, files };
  if (kind !== "Start") return [{ ...target, kind }];
  return [{ ...target, kind, former: instances.get(String(instance.vni))?.process ?? null }];
}

function kindOf(
  files: Rendered,
  have: InstanceHave | undefined,
): "Start" | "Reload" | "LoadNames" | "WriteFiles" | undefined {
  const live = have?.live ?? null;
  if (have === undefined || live === null) return "Start";
  // Python does not survive that unbound loads its modules anew.
  const hasScript = files.script !== undefined || have.config?.includes("python-script") === true;
  if (live.digest !== files.digest) return hasScript ? "Start" : "Reload";
  if (live.serial !== files.serial) return "LoadNames";
  // A restart reads the files, and must come up as what runs now; patterns are read while it runs.
  return sameFiles(files, have) ? undefined : "WriteFiles";
}

const sameFiles = (files: Rendered, have: InstanceHave): boolean =>
  have.config === files.config &&
  have.zone === files.zone &&
  have.script === files.script &&
  (have.patterns ?? "") === files.patterns;

const verbs: Readonly<Record<ResolverChange["kind"], string>> = {
  Start: "start resolver of network",
  Reload: "load a new configuration into the resolver of network",
  LoadNames: "load names of network",
  WriteFiles: "write the files of the resolver again of network",
  Stop: "stop resolver of network",
};

/** One line for people. */
export const describe = ({ kind, network }: ResolverChange): string => `${verbs[kind]} ${network}`;
