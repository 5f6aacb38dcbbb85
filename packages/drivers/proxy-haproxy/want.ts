/** What this driver is about: the proxy instances of one host. */
import {
  workloadNamespace,
  type BackendTls,
  type HostState,
  type HealthCheck,
  type ProxyRun,
} from "@netwright/contract";

export interface ProxyInstance {
  /** `PROJECT.ID`, unique on a host. */
  readonly name: string;
  /** The instance's own network namespace. */
  readonly netns: string;
  readonly run: ProxyRun;
  /** By name of the certificate: chain, then private key, PEM. Those that were delivered. */
  readonly pems: ReadonlyMap<string, string>;
}

export type ProxyWant = readonly ProxyInstance[];

/** Name of an instance in file names and logs. */
export const proxyName = (project: string, id: string): string => `${project}.${id}`;

export function want(state: HostState): ProxyWant {
  const values = new Map((state.secrets ?? []).map(({ digest, value }) => [digest, value]));
  return state.networks.flatMap((network) =>
    network.workloads.flatMap((workload) =>
      workload.run.kind === "Proxy"
        ? [
            {
              name: proxyName(network.project, workload.id),
              netns: workloadNamespace(network, workload),
              run: workload.run,
              pems: pemsOf(workload.run, values),
            },
          ]
        : [],
    ),
  );
}

function pemsOf(
  { certificates }: ProxyRun,
  values: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  return new Map(
    certificates.flatMap(({ name, digest }) => {
      const value = values.get(digest);
      return value === undefined ? [] : [[name, Buffer.from(value, "base64").toString("utf8")] as const];
    }),
  );
}

export interface Member {
  readonly backend: string;
  readonly instance: string;
  readonly address: string;
  readonly port: number;
  /** Undefined where it is spoken to in the clear. */
  readonly tls?: BackendTls | undefined;
}

/** Every member of every backend. */
export function membersOf(run: ProxyRun): readonly (Member & { readonly health: HealthCheck | null })[] {
  return run.backends.flatMap((backend) =>
    backend.members.map(({ tls, ...member }) => ({
      ...member,
      backend: backend.name,
      health: backend.health,
      tls: tls === true ? backend.tls : undefined,
    })),
  );
}
