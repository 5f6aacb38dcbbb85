/** What this driver is about: the proxy instances of one host. */
import { workloadNamespace, type HostState, type HealthCheck, type ProxyRun } from "@netwright/contract";

export interface ProxyInstance {
  /** `PROJECT.ID`, unique on a host. */
  readonly name: string;
  /** The instance's own network namespace. */
  readonly netns: string;
  readonly run: ProxyRun;
}

export type ProxyWant = readonly ProxyInstance[];

/** Name of an instance in file names and logs. */
export const proxyName = (project: string, id: string): string => `${project}.${id}`;

export function want(state: HostState): ProxyWant {
  return state.networks.flatMap((network) =>
    network.workloads.flatMap((workload) =>
      workload.run.kind === "Proxy"
        ? [
            {
              name: proxyName(network.project, workload.id),
              netns: workloadNamespace(network, workload),
              run: workload.run,
            },
          ]
        : [],
    ),
  );
}

export interface Member {
  readonly backend: string;
  readonly instance: string;
  readonly address: string;
  readonly port: number;
}

/** Every member of every backend. */
export function membersOf(run: ProxyRun): readonly (Member & { readonly health: HealthCheck | null })[] {
  return run.backends.flatMap((backend) =>
    backend.members.map((member) => ({ ...member, backend: backend.name, health: backend.health })),
  );
}
