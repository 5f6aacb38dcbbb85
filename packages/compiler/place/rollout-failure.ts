/** Whether what is being rolled out is no good. Pure. */
import { printDuration, printPercentage, type Rollout } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { InstanceEntry } from "../ledger-entries.ts";
import type { TierRolloutEntry } from "../rollout-entries.ts";
import { projectKey } from "../objects.ts";
import type { Observed, Served } from "../observed.ts";
import { isReady } from "./ready.ts";

export interface FailureInput {
  readonly rollout: Rollout;
  readonly entry: TierRolloutEntry;
  readonly fresh: readonly InstanceEntry[];
  readonly outdated: readonly InstanceEntry[];
  readonly observed: Observed;
  readonly now: Instant;
  /** Nobody waits for anything to be looked at. */
  readonly isMoving: boolean;
}

/** A program that ended so often will not stay. */
const restartsMax = 3;
/** Of fewer requests no ratio is taken. */
const requestsMin = 20;

/** In words; undefined while nothing speaks against it. */
export function whyFailed(input: FailureInput): string | undefined {
  const { fresh } = input;
  for (const instance of fresh) {
    const why = whyBad(input, instance);
    if (why !== undefined) return why;
  }
  return whyTooManyErrors(input) ?? whyLate(input);
}

function whyBad({ observed, entry }: FailureInput, instance: InstanceEntry): string | undefined {
  const { id, host } = instance;
  const seen = observed.instances.get(projectKey(instance.project, id));
  // Of a host that is silent nothing is known: that is no fault of what it runs.
  if (seen === undefined || observed.nodes.get(host)?.ready === false || isReady(observed, instance)) return undefined;
  const said = seen.message === undefined ? "" : `: ${seen.message}`;
  if ((seen.restarts ?? 0) >= restartsMax) return `the program of ${id} ended ${seen.restarts} times${said}`;
  const wasReady = entry.readyAt[id] !== undefined;
  return wasReady && seen.phase !== "Stopping" ? `${id} was ready and is ${seen.phase} now${said}` : undefined;
}

/** What fails for old ones as well is no fault of the new ones. */
function whyTooManyErrors({ rollout, fresh, outdated, observed }: FailureInput): string | undefined {
  const [own, others] = [servedBy(fresh, observed), servedBy(outdated, observed)];
  if (own.requests < requestsMin) return undefined;
  const ratio = own.failures / own.requests;
  const usual = others.requests < requestsMin ? 0 : others.failures / others.requests;
  if (ratio * 1_000_000 <= rollout.maxErrorRatio || usual * 2 > ratio) return undefined;
  const share = `${own.failures} of ${own.requests} requests to new instances failed`;
  return `${share}, and ${printPercentage(rollout.maxErrorRatio)} may; of those to old ones ${others.failures} of ${others.requests}`;
}

const servedBy = (instances: readonly InstanceEntry[], { instances: seen }: Observed): Served =>
  instances.reduce<Served>(
    (sum, { project, id }) => {
      const own = seen.get(projectKey(project, id))?.served;
      return own === undefined ? sum : { requests: sum.requests + own.requests, failures: sum.failures + own.failures };
    },
    { requests: 0, failures: 0 },
  );

function whyLate({ rollout, entry, fresh, observed, now, isMoving }: FailureInput): string | undefined {
  if (!isMoving || now < entry.progressAt + rollout.progressDeadline) return undefined;
  const waited = fresh.find((instance) => !isReady(observed, instance));
  const message =
    waited === undefined ? undefined : observed.instances.get(projectKey(waited.project, waited.id))?.message;
  const who = waited === undefined ? "" : `; ${waited.id} is not ready${message === undefined ? "" : `: ${message}`}`;
  return `nothing became ready or gone for ${printDuration(rollout.progressDeadline)}${who}`;
}
