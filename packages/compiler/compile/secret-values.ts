/** The values of secrets that the workloads of one host refer to, and private keys of its proxies. */
import type { ContainerRun, NetworkState, SecretValue, WorkloadState } from "@netwright/contract";
import { byText } from "./order.ts";

/** By digest. */
export function secretValues(
  networks: readonly NetworkState[],
  values: ReadonlyMap<string, string> = new Map(),
): readonly SecretValue[] {
  if (values.size === 0) return [];
  const digests = new Set(networks.flatMap(({ workloads }) => workloads.flatMap(digestsOf)));
  return [...digests].toSorted(byText).flatMap((digest) => {
    const value = values.get(digest);
    return value === undefined ? [] : [{ digest, value }];
  });
}

const digestsOf = ({ run, identity }: WorkloadState): readonly string[] =>
  run.kind === "Container"
    ? [...secretsOf(run), ...(identity === undefined ? [] : [identity.digest])]
    : run.certificates.map(({ digest }) => digest);

const secretsOf = ({ env, files }: ContainerRun): readonly string[] =>
  [...env, ...files].flatMap((each) => ("secret" in each ? [each.secret.digest] : []));
