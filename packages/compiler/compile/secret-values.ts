/** The values of secrets that the workloads of one host refer to. */
import type { ContainerRun, NetworkState, SecretRef, SecretValue } from "@netwright/contract";
import { byText } from "./order.ts";

/** By digest. */
export function secretValues(
  networks: readonly NetworkState[],
  values: ReadonlyMap<string, string> = new Map(),
): readonly SecretValue[] {
  if (values.size === 0) return [];
  const runs = networks.flatMap(({ workloads }) => workloads.map(({ run }) => run));
  const digests = new Set(runs.flatMap((run) => (run.kind === "Container" ? secretsOf(run) : [])).map(digestOf));
  return [...digests].toSorted(byText).flatMap((digest) => {
    const value = values.get(digest);
    return value === undefined ? [] : [{ digest, value }];
  });
}

const digestOf = ({ digest }: SecretRef): string => digest;

const secretsOf = ({ env, files }: ContainerRun): readonly SecretRef[] =>
  [...env, ...files].flatMap((each) => ("secret" in each ? [each.secret] : []));
