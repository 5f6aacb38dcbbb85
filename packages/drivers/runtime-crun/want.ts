/** What this driver is about: the containers of one host. */
import { createHash } from "node:crypto";
import type { Ipv6 } from "@netwright/base";
import {
  workloadNamespace,
  type ContainerRun,
  type HostState,
  type NetworkState,
  type SecretRef,
  type SecretValue,
  type WorkloadState,
} from "@netwright/contract";

import { identityFiles, type IdentityFiles } from "./identity.ts";

export interface ContainerInstance {
  /** `PROJECT.ID`, unique on a host. */
  readonly name: string;
  readonly id: string;
  readonly service: string;
  /** The instance's own network namespace. */
  readonly netns: string;
  readonly address: Ipv6;
  readonly run: ContainerRun;
  /** Values that `run` refers to, in base64, by digest; those that were delivered. */
  readonly secrets: ReadonlyMap<string, string>;
  /** What it shows and believes; undefined where it has none, or where that was not delivered yet. */
  readonly identity: IdentityFiles | undefined;
}

export type RuntimeWant = readonly ContainerInstance[];

export function want(state: HostState): RuntimeWant {
  const values = state.secrets ?? [];
  return state.networks.flatMap((network) =>
    network.workloads.flatMap((workload) => containerOf(network, workload, values) ?? []),
  );
}

/** Undefined for workloads that other drivers run. */
export function containerOf(
  network: Pick<NetworkState, "project">,
  workload: WorkloadState,
  values: readonly SecretValue[] = [],
): ContainerInstance | undefined {
  const { id, service, address, run, identity } = workload;
  if (run.kind !== "Container") return undefined;
  const wanted = new Set(secretsOf(run).map(({ digest }) => digest));
  const secrets = new Map(
    values.flatMap(({ digest, value }) => (value !== undefined && wanted.has(digest) ? [[digest, value]] : [])),
  );
  return {
    name: `${network.project}.${id}`,
    id,
    service,
    netns: workloadNamespace(network, workload),
    address,
    run,
    secrets,
    identity: identityFiles(identity, values.find(({ digest }) => digest === identity?.digest)?.value),
  };
}

/** Whether it waits for what it shows to proxies. */
export const lacksIdentity = ({ run, identity }: Pick<ContainerInstance, "run" | "identity">): boolean =>
  run.tls !== undefined && identity === undefined;

export const secretsOf = ({ env, files }: ContainerRun): readonly SecretRef[] =>
  [...env, ...files].flatMap((each) => ("secret" in each ? [each.secret] : []));

/** What it cannot start without. */
export const missingSecrets = ({ run, secrets }: Pick<ContainerInstance, "run" | "secrets">): readonly SecretRef[] =>
  secretsOf(run).filter(({ digest }) => !secrets.has(digest));

/**
 * `PROJECT.ID@DIGEST`: one instance with one way to run. It names bundle, container and control group, so that another
 * `run` is another thing beside the old one.
 */
export function generationOf({ name, run }: ContainerInstance): string {
  return `${name}@${createHash("sha256").update(JSON.stringify(run)).digest("hex").slice(0, 12)}`;
}
