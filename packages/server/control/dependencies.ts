/** What the controller works with. */
import type { Clock, Entropy, Log } from "@netwright/base";
import type { Store } from "@netwright/contract";
import type { Tokens } from "../auth/tokens.ts";
import type { Autoscaler } from "../autoscale/autoscaler.ts";
import type { Metrics } from "../metrics.ts";
import type { Prover } from "../proof/prover.ts";
import type { Sealer } from "../secrets/sealer.ts";
import type { Events } from "../state/events.ts";
import type { Reports } from "../state/reports.ts";
import type { Certificates } from "./certificates.ts";
import type { Identities } from "./identities.ts";
import type { Rounds } from "./round.ts";
import type { Statuses } from "./statuses.ts";

export interface ControllerDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly events: Events;
  readonly reports: Reports;
  readonly rounds: Rounds;
  readonly statuses: Statuses;
  readonly certificates: Certificates;
  readonly identities: Identities;
  readonly autoscaler: Autoscaler;
  readonly sealer: Sealer;
  readonly tokens: Tokens;
  readonly prover: Prover;
  /** Called after every round that changed something. */
  readonly onWorld: () => void;
}
